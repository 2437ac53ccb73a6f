import type { Fault } from '../errors.js'

/** The fields as the documents call them. */
export const labels: Readonly<Record<string, string>> = {
  name: 'Name',
  description: 'Description',
  activated: 'Activated',
  onBehalfOf: 'On Behalf Of',
  inRole: 'In Role',
  allowedIps: 'IP addresses',
  newIp: 'New IP',
  tenantId: 'Tenant',
  expiresAt: 'Expires',
  metadata: 'Metadata',
  ip: 'IP address',
  key: 'Key',
}

/** A fault in the words of the form: the manager's begins with the name of the field in quotes. */
export function messageOf({ field, message }: Fault): string {
  const [, index] = /^allowedIps\[(\d+)\]$/.exec(field) ?? []
  const label = index === undefined ? labels[field] : `IP address ${Number(index) + 1}`
  return label === undefined ? message : message.replace(`"${field}"`, label)
}
