import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Digest } from '../digest.js'
import { hmacSha256Digest } from '../hmac-sha256-digest.js'
import { createKeyManager } from '../management/key-manager.js'
import type { KeyRepository } from '../management/key-repository.js'
import type { TenantKeys } from '../management/tenant-keys.js'
import { referenceIds } from '../reference-ids.js'
import { sha256Digest } from '../sha256-digest.js'
import { because, usageError } from './cli-error.js'
import type { GlobalOptions } from './global-options.js'

/**
 * How the groups and keys of the tenant are managed by the user of this machine; what is wrong with the options shows
 * before any store is opened. Who can open the store may do everything.
 */
export function keysOf(options: GlobalOptions): (repository: KeyRepository) => TenantKeys {
  const { tenant, user = nameOfUser(), role = null, prefix } = options
  if (!tenant) throw usageError('Which tenant? Set REST_API_KEY_TENANT, or give --tenant')
  const digest = digestOf(options)
  const generate = referenceIds(prefix === undefined ? {} : { prefix })
  return (repository) =>
    createKeyManager({ repository, authorize: () => true, digest, generate }).as({
      tenantId: tenant,
      userId: user,
      role,
    })
}

function nameOfUser(): string {
  try {
    return userInfo().username
  } catch {
    // In a container a user can be a number alone.
    throw usageError('Who acts? Give --user')
  }
}

/** An empty pepper is refused like every short one: without it keys would be written that the application never finds. */
function digestOf({ pepperFile }: GlobalOptions): Digest {
  const pepper = pepperFile === undefined ? process.env.REST_API_KEY_PEPPER : pepperIn(pepperFile)
  return pepper === undefined ? sha256Digest() : hmacSha256Digest({ pepper })
}

/** The bytes of a file without the line break that editors leave at its end. */
function pepperIn(file: string): Uint8Array {
  try {
    const bytes = readFileSync(file)
    const [end = 0] = /\r?\n?$/.exec(bytes.toString('latin1'))?.map(({ length }) => length) ?? []
    return bytes.subarray(0, bytes.length - end)
  } catch (error) {
    throw usageError(because('The pepper file cannot be read', error))
  }
}
