import type { KeyEntry } from '../../management/key-entry.js'
import { changesIn } from '../changes-in.js'
import { changesOf, type KeyDraft } from '../key-draft.js'
import { Moment, shortened } from './texts.js'

type Props = { readonly entry: KeyEntry; readonly draft: KeyDraft }

/** Somebody else has saved first. What was typed stays; what is saved is told, so that one can choose. */
export function ConflictNotice({ entry, draft }: Props) {
  const { activated, description, onBehalfOf, inRole, allowedIps, updatedAt } = entry
  const differences = changesIn({ activated, description, onBehalfOf, inRole, allowedIps }, changesOf(draft))
  return (
    <div class="notice bad" role="alert" tabindex={-1} autofocus>
      <h2>Somebody else has saved this key meanwhile</h2>
      <p>
        What you have typed is still below and is not saved. The key was changed <Moment at={updatedAt} />.
      </p>
      <p>
        {differences === '' ? (
          'What is saved is what you have typed.'
        ) : (
          <>
            Save again to change: <bdi>{shortened(differences, 1_000)}</bdi>
          </>
        )}
      </p>
    </div>
  )
}
