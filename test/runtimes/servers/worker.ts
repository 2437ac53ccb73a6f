import assert from 'node:assert/strict'
import { getConnInfo } from 'hono/cloudflare-workers'
import { type DatabaseConnection, Kysely, type SqliteDialectConfig, SqliteDriver } from 'kysely'
import { memoryStore } from 'rest-api-key'
import type { Platform } from '../suite/platform.js'
import { sqliteDatabase, sqliteDialect } from '../suite/sqlite-dialect.js'
import { createSuite } from '../suite/suite.js'

/** What is used of a Durable Object's storage. */
interface Storage {
  readonly sql: {
    exec(sql: string, ...parameters: readonly unknown[]): { toArray(): unknown[] }
  }
  transaction<T>(act: (transaction: { rollback(): void }) => Promise<T>): Promise<T>
}

interface Env {
  readonly KEYS: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

const platform: Platform = {
  getConnInfo,
  addressOf: (request) => request.headers.get('cf-connecting-ip') ?? undefined,
  openDatabase: () => Promise.reject(new Error('A worker has no database of its own')),
}
/** What becomes of it while a module is loaded. */
function whileLoading(act: () => unknown): unknown {
  try {
    act()
    return undefined
  } catch (error) {
    return error
  }
}
const seeded = whileLoading(() => memoryStore({ keys: [{ referenceId: 'A', tenantId: 'acme' }] }))
const named = whileLoading(() => memoryStore({ keys: [{ id: 'a', referenceId: 'A', tenantId: 'acme' }] }))
const timed = whileLoading(() => setTimeout(() => {}, 1))

const suite = createSuite({
  ...platform,
  lacks: [
    {
      name: 'lacks random ids while a module is loaded, so that seeds need ids of their own',
      run() {
        assert.ok(seeded instanceof Error)
        assert.equal(named, undefined)
      },
    },
    {
      name: 'lacks timers while a module is loaded, so that feeds begin in a request',
      run: () => assert.ok(timed instanceof Error),
    },
  ],
})

// biome-ignore lint/style/noDefaultExport: that is where workerd looks for what serves a worker
export default {
  async fetch(request: Request, { KEYS }: Env) {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/sql/')) return KEYS.getByName('sql').fetch(request)
    if (pathname === '/cases/sql') return KEYS.getByName('cases').fetch(request)
    return suite.fetch(request, {})
  },
}

/** Keeps the keys in its own SQLite. */
export class Keys {
  readonly fetch: (request: Request) => Response | Promise<Response>

  constructor({ storage }: { storage: Storage }) {
    const { fetch } = createSuite({
      ...platform,
      openDatabase: async () => new Kysely({ dialect: durableObjectDialect(storage) }),
      sqliteLacks: [
        {
          name: 'lacks transactions as statements',
          run: () => assert.throws(() => storage.sql.exec('begin'), /transaction/),
        },
        {
          name: 'lacks more than 100 parameters for a statement',
          run() {
            const select = (count: number) =>
              storage.sql.exec(`select ${Array(count).fill('?')}`, ...Array(count).fill(1)).toArray()
            assert.equal(select(100).length, 1)
            assert.throws(() => select(101), /too many SQL variables/)
          },
        },
      ],
    })
    this.fetch = (request) => fetch(request, {})
  }
}

function durableObjectDialect(storage: Storage) {
  const prepare = (sql: string) => ({
    returnsRows: true,
    all: (parameters: readonly unknown[]) => storage.sql.exec(sql, ...parameters).toArray(),
    run: () => ({}),
  })
  const dialect = sqliteDialect(prepare, () => {})
  const database = sqliteDatabase(prepare, () => {})
  return Object.assign(dialect, { createDriver: () => new DurableObjectDriver({ database }, storage) })
}

/** A Durable Object refuses `begin`: a transaction is a function there, which lasts until it is ended from outside. */
class DurableObjectDriver extends SqliteDriver {
  readonly #storage: Storage
  #end: (commit: boolean) => Promise<void> = async () => {}

  constructor(config: SqliteDialectConfig, storage: Storage) {
    super(config)
    this.#storage = storage
  }

  override beginTransaction(): Promise<void> {
    return new Promise((begun, failed) => {
      const over = this.#storage.transaction(
        (transaction) =>
          new Promise<void>((resolve) => {
            this.#end = (commit) => {
              if (!commit) transaction.rollback()
              resolve()
              return over
            }
            begun()
          }),
      )
      over.catch(failed)
    })
  }

  override commitTransaction(_: DatabaseConnection): Promise<void> {
    return this.#end(true)
  }

  override rollbackTransaction(_: DatabaseConnection): Promise<void> {
    return this.#end(false)
  }
}
