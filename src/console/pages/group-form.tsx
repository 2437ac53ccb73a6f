import type { KeyGroup } from '../../management/key-group.js'
import { ErrorSummary, type Faulty, TextArea, TextField } from './fields.js'

/** A group as somebody has typed it. */
export interface GroupDraft {
  readonly name: string
  readonly description: string
  /** Of the group that was edited; empty for a new one. */
  readonly version: string
}

export function groupDraftOf({ name, description, version }: KeyGroup): GroupDraft {
  return { name, description: description ?? '', version: String(version) }
}

export function groupDraftIn(form: URLSearchParams): GroupDraft {
  return {
    name: form.get('name') ?? '',
    description: form.get('description') ?? '',
    version: form.get('version') ?? '',
  }
}

type Props = {
  readonly title: string
  readonly action: string
  readonly back: string
  readonly draft: GroupDraft
  readonly faults?: Faulty
  /** As somebody else has saved it meanwhile. */
  readonly saved?: KeyGroup
}

export function GroupForm({ title, action, back, draft, faults = [], saved }: Props) {
  return (
    <>
      <h1>{title}</h1>
      <ErrorSummary faults={faults} />
      {saved && (
        <div class="notice bad" role="alert" tabindex={-1} autofocus>
          <h2>Somebody else has saved this group meanwhile</h2>
          <p>
            What you have typed is still below and is not saved. The group is now named{' '}
            <bdi>{saved.name}</bdi>
            {saved.description === null ? (
              ', without a description'
            ) : (
              <>
                , described as <bdi>{saved.description}</bdi>
              </>
            )}
            . Save again to replace that by yours.
          </p>
        </div>
      )}
      <form method="post" action={action} class="panel">
        <input type="hidden" name="version" value={draft.version} />
        <TextField name="name" label="Name" value={draft.name} required faults={faults} />
        <TextArea name="description" label="Description" value={draft.description} faults={faults} />
        <p class="actions">
          <button type="submit" class="primary">
            Save Key Group
          </button>
          <a class="button" href={back}>
            Back
          </a>
        </p>
      </form>
    </>
  )
}
