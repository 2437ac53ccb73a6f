import type { TenantKeys } from 'rest-api-key/management'
import type { Backend } from './backend.js'

/** Every way to revoke a key: by the manager, and by SQL past the library. */
export const ways = [
  'deactivate',
  'delete',
  'restrict',
  'SQL deactivate',
  'SQL delete',
  'SQL restrict',
] as const

export type Way = (typeof ways)[number]

export function isSql(way: Way): boolean {
  return way.startsWith('SQL')
}

/** An address that no request here comes from. */
const elsewhere = ['203.0.113.0/24']

export async function revoke(way: Way, id: string, keys: TenantKeys, { run }: Backend): Promise<unknown> {
  switch (way) {
    case 'deactivate':
      return keys.deactivateKey(id)
    case 'delete':
      return keys.deleteKey(id)
    case 'restrict':
      return keys.updateKey(id, { allowedIps: elsewhere })
    case 'SQL deactivate':
      return run(`update rest_api_keys set activated = false where id = '${id}'`)
    case 'SQL delete':
      return run(`delete from rest_api_keys where id = '${id}'`)
    case 'SQL restrict':
      return run(`update rest_api_keys set allowed_ips = '${JSON.stringify(elsewhere)}' where id = '${id}'`)
  }
}
