/** The Reference IDs that the databases are filled with: made of their number, so that a database can make their digests. */
export function idOf(number) {
  return `key-${number}`
}

const columns = [
  'id',
  'digest',
  'tenant_id',
  'group_id',
  'activated',
  'description',
  'on_behalf_of',
  'in_role',
  'allowed_ips',
  'expires_at',
  'metadata',
]
export const columnList = columns.join(', ')
export const moment = '2026-01-01T00:00:00.000Z'
export const allowedIps = '["192.0.2.0/24"]'

/** What is inserted for each number, in these columns, but for the id and the digest. */
export const inserted = [...columns, 'hint', 'search_text', 'version', 'created_at', 'updated_at'].join(', ')
