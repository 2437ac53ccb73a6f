import { isRestApiKeyError } from '../../errors.js'
import type { KeyRepository } from '../../management/key-repository.js'
import { because, CliError, usageError } from '../cli-error.js'
import { exitCodes } from '../exit-codes.js'
import { openRedis } from './open-redis.js'
import { openMysql, openPostgres, openSqlite } from './open-sql.js'

/** A store, connected as the command's own. */
export interface OpenStore {
  readonly repository: KeyRepository
  /** Creates the tables or brings them up to date. */
  migrate(): Promise<void>
  /** Whether there are tables. */
  isMigrated(): Promise<boolean>
  close(): Promise<void>
}

export interface StoreOptions {
  readonly redisPrefix?: string
  /** Whether a database file may be created. */
  readonly mayCreate?: boolean
}

type Open = (url: string, options: StoreOptions) => Promise<OpenStore>

const kinds: ReadonlyMap<string, Open> = new Map<string, Open>([
  ['postgres', openPostgres],
  ['postgresql', openPostgres],
  ['mysql', openMysql],
  ['mariadb', openMysql],
  ['sqlite', openSqlite],
  ['redis', openRedis],
  ['rediss', openRedis],
])

/** @throws {CliError} which never repeats the URL: it may hold a password. */
export async function openStore(url: string | undefined, options: StoreOptions): Promise<OpenStore> {
  if (!url) throw usageError('Which store? Set REST_API_KEY_STORE, or give --store')
  const scheme = url.split(':', 1)[0] as string
  const open = kinds.get(scheme)
  if (open === undefined) {
    throw usageError(
      'The store must begin with postgres://, mysql://, mariadb://, redis://, rediss:// or sqlite:',
    )
  }
  if (scheme !== 'sqlite' && !(url.startsWith(`${scheme}://`) && URL.canParse(url))) {
    throw usageError("The store's URL cannot be read; percent-encode special characters in user and password")
  }
  try {
    return await open(url, options)
  } catch (error) {
    if (error instanceof CliError || isRestApiKeyError(error)) throw error
    throw new CliError(exitCodes.unavailable, because('The store cannot be opened', error))
  }
}
