import type { ConsolePaths } from '../console-paths.js'

type Props = { readonly paths: ConsolePaths; readonly groupId: string }

/** In place of a second key, and of a second showing, when a form is sent again. */
export function SavedBeforePage({ paths, groupId }: Props) {
  return (
    <>
      <h1>API Key saved before</h1>
      <p class="notice bad" role="alert">
        This form has added a key already. No other key was added, and the Reference ID is not shown again. If
        you have not copied it, delete that key and add another one.
      </p>
      <p class="actions">
        <a class="button" href={paths.keysOf(groupId)}>
          Back
        </a>
      </p>
    </>
  )
}
