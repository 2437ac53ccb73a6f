/** What has been done, told once on the page that follows. The address names it by a word; anything else says nothing. */
const messages = {
  'group-saved': 'The key group has been saved.',
  'group-deleted': 'The key group has been deleted.',
  'key-saved': 'The API key has been saved.',
  'key-activated': 'The API key is activated: requests with it are accepted.',
  'key-deactivated': 'The API key is deactivated: requests with it are refused.',
  'key-deleted': 'The API key has been deleted: requests with it are refused.',
  'search-refused':
    'That looks like a Reference ID, which is not searched for and does not belong into an address. Use Test a request.',
} as const

export type NoticeName = keyof typeof messages

export function Notice({ name }: { readonly name: string | undefined }) {
  if (name === undefined || !Object.hasOwn(messages, name)) return null
  return (
    <p class="notice" role="status">
      {messages[name as NoticeName]}
    </p>
  )
}
