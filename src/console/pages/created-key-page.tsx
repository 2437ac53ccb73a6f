import type { CreatedKey } from '../../management/tenant-keys.js'
import type { ConsolePaths } from '../console-paths.js'

type Props = { readonly paths: ConsolePaths; readonly created: CreatedKey; readonly groupId: string }

/** The one showing of a Reference ID. */
export function CreatedKeyPage({ paths, created: { referenceId, key }, groupId }: Props) {
  return (
    <>
      <h1>API Key saved</h1>
      <div class="notice" role="status">
        <h2>Copy the Reference ID now</h2>
        <p>It is the credential itself, and it is shown only this once. Nobody can look it up later.</p>
      </div>
      <div class="panel">
        <div class="field">
          <label for="reference-id">Reference ID</label>
          <div class="beside">
            <input
              type="text"
              id="reference-id"
              class="secret"
              value={referenceId}
              readonly
              autocomplete="off"
            />
            <button
              type="button"
              class="primary with-script"
              data-copies="reference-id"
              aria-describedby="copied"
            >
              Copy
            </button>
          </div>
          <p class="hint" id="copied" role="status"></p>
        </div>
        <p>Requests send it as a header:</p>
        <p>
          <code class="block">Authorization: rest_api_key={'{Reference ID}'}</code>
        </p>
        <p>
          From now on the key is known as <code>{key.hint}</code>.
        </p>
        <p class="actions">
          <a class="button" href={paths.keysOf(groupId)}>
            Back
          </a>
          <a class="button" href={paths.key(key.id)}>
            Edit this key
          </a>
        </p>
      </div>
    </>
  )
}
