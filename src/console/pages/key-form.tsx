import type { Child } from 'hono/jsx'
import type { KeyEntry } from '../../management/key-entry.js'
import type { Choices } from '../choices.js'
import { type KeyDraft, maxShownIps } from '../key-draft.js'
import type { Choice, Faulty } from './fields.js'
import { ErrorSummary, SelectField, TextArea, TextField } from './fields.js'
import { IpFields } from './ip-fields.js'

type Props = {
  readonly title: string
  readonly action: string
  readonly back: string
  readonly draft: KeyDraft
  readonly choices: Choices
  readonly faults?: Faulty
  /** What stands under *Reference ID*. */
  readonly reference: Child
  /** Of a new key: the form acts once. */
  readonly formId?: string
  /** The key that is edited. */
  readonly entry?: KeyEntry
  /** What is said before the form, such as that somebody else has saved. */
  readonly notice?: Child
  /** Whether a button of the IP addresses brought here. */
  readonly continued?: boolean
}

export function KeyForm(props: Props) {
  const {
    title,
    action,
    back,
    draft,
    choices,
    faults = [],
    reference,
    formId,
    entry,
    notice,
    continued = false,
  } = props
  const tooMany = entry !== undefined && entry.allowedIps.length > maxShownIps
  return (
    <>
      <h1>{title}</h1>
      {notice}
      <ErrorSummary faults={faults} />
      <form method="post" action={action} class="panel">
        <DefaultButton draft={draft} />
        {formId !== undefined && <input type="hidden" name="form" value={formId} />}
        <input type="hidden" name="version" value={draft.version} />
        <div class="field">
          <span class="label">Reference ID</span>
          {reference}
        </div>
        <div class="check">
          <input type="checkbox" id="activated" name="activated" checked={draft.activated} />
          <label for="activated">Activated</label>
        </div>
        <TextArea name="description" label="Description" value={draft.description} faults={faults} />
        <Chosen
          name="onBehalfOf"
          label="On Behalf Of"
          value={draft.onBehalfOf}
          choices={choices.users}
          faults={faults}
          changes="show-roles"
        />
        {choices.users && (
          <button
            type="submit"
            class="without-script"
            id="show-roles"
            name="intent"
            value="roles"
            data-renews="role"
          >
            Show the roles of this user
          </button>
        )}
        <div id="role">
          <Chosen
            name="inRole"
            label="In Role"
            value={draft.inRole}
            choices={choices.roles}
            faults={faults}
          />
        </div>
        {tooMany ? (
          <p>
            The key has {entry.allowedIps.length} IP rules, too many to be shown here. They stay as they are;
            the administration API changes them.
          </p>
        ) : (
          <IpFields draft={draft} faults={faults} continued={continued} />
        )}
        <p class="actions">
          <button type="submit" class="primary" name="intent" value="save">
            Save Key
          </button>
          <a class="button" href={back}>
            Back
          </a>
        </p>
      </form>
    </>
  )
}

/** What Enter does in a text, as browsers press the first button of a form: never more than the next step. */
function DefaultButton({ draft }: { readonly draft: KeyDraft }) {
  const hidden = { class: 'hidden', tabindex: -1, 'aria-hidden': 'true' as const, name: 'intent' }
  return (
    <span id="default">
      {draft.newIp === undefined ? (
        <button type="submit" {...hidden} value="save">
          Save Key
        </button>
      ) : (
        <button type="submit" {...hidden} value="ok-ip" data-renews="allowedIps default">
          Ok
        </button>
      )}
    </span>
  )
}

type ChosenProps = {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly choices: readonly Choice[] | undefined
  readonly faults: Faulty
  readonly changes?: string
}

/** Chosen from the directory, or typed where there is none. */
function Chosen({ choices, changes, ...field }: ChosenProps) {
  if (choices === undefined) return <TextField {...field} />
  return <SelectField {...field} choices={choices} {...(changes !== undefined && { changes })} />
}
