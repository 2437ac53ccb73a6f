import crypto from 'node:crypto'

export const key = 'rak_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd'
export const otherKeys = Array.from({ length: 9_999 }, () => crypto.randomBytes(32).toString('base64url'))

const records = new Map()
for (const id of [key, ...otherKeys])
  records.set(digestOf(id), { id: 'key', tenantId: 'acme', activated: true })

function digestOf(id) {
  return crypto.hash('sha256', id, 'hex')
}

/** The least that a check by hand does: parse, hash, look up, compare. */
export function check(authorization) {
  if (authorization === undefined || !authorization.startsWith('rest_api_key=')) return undefined
  const record = records.get(digestOf(authorization.slice('rest_api_key='.length)))
  return record?.activated && record.tenantId === 'acme' ? record : undefined
}

/** A store with the same keys, each of which may be used from this machine only. */
export const store = {
  async findByDigest(digest) {
    const record = records.get(digest)
    return record === undefined ? null : { ...record, digest, allowedIps: ['127.0.0.0/8'] }
  },
}
