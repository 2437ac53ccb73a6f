import { EventEmitter } from 'node:events'
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { ChangeFeed, ChangeListener } from 'rest-api-key'
import { redisChanges } from 'rest-api-key/redis'
import { pollingChanges, postgresChanges } from 'rest-api-key/sql'
import { tellMessage } from '../../src/feed-message.js'

/** A feed of the library whose server is played by the test. */
export interface ScriptedFeed {
  readonly feed: ChangeFeed
  /** Lets the server tell this, whoever wrote it. */
  tell(message: unknown): void
  /** Lets the server or the connection do something else, after which anything may have changed. */
  readonly mishaps: readonly (() => void)[]
}

/** A feed of the application's own, made of what the library has for messages. */
function ownFeed(): ScriptedFeed {
  let listener: ChangeListener | undefined
  return {
    feed: {
      subscribe(one) {
        listener = one
        one.connected()
        return async () => {}
      },
    },
    tell: (message) => tellMessage(listener as ChangeListener, message),
    mishaps: [
      () => listener?.flush(),
      () => listener?.changed(undefined as never),
      () => listener?.connected(),
    ],
  }
}

function postgresFeed(): ScriptedFeed {
  let client = new EventEmitter()
  const notify = (payload: unknown) => client.emit('notification', { channel: 'keys', payload })
  return {
    feed: postgresChanges(
      () => {
        client = new EventEmitter()
        const rows = [{ channel: 'keys' }]
        return Object.assign(client, {
          connect: async () => {},
          query: async () => ({ rows }),
          end: async () => {},
        })
      },
      { channel: 'keys' },
    ),
    tell: notify,
    mishaps: [
      () => notify(undefined),
      () => client.emit('error', new Error('reset')),
      () => client.emit('end'),
    ],
  }
}

function redisFeed(): ScriptedFeed {
  let client = new EventEmitter()
  let entries: [id: string, fields: unknown][] = []
  let written = 0
  let wake = () => {}
  let reply: (() => unknown) | undefined
  const number = (id: string) => Number.parseInt(id, 10)
  const write = (fields: unknown) => {
    entries.push([`${++written}-1`, fields])
    wake()
  }
  const once = (other: () => unknown) => {
    reply = other
    wake()
  }

  async function call(command: string, args: readonly string[]): Promise<unknown> {
    if (command === 'XTRIM') return 0
    if (command === 'XREVRANGE') return entries.slice(-1)
    if (command === 'XREAD') {
      const position = number(args.at(-1) ?? '')
      if (written > position || reply !== undefined) return null
      return new Promise((resolve) => {
        wake = () => resolve(null)
      })
    }
    const other = reply
    reply = undefined
    const from = args[1] === '-' ? 0 : number(args[1] ?? '')
    return other === undefined ? entries.filter(([id]) => number(id) >= from) : other()
  }

  return {
    feed: redisChanges(() => {
      client = new EventEmitter()
      return Object.assign(client, { status: 'ready', call, disconnect() {} })
    }),
    tell: (message) => write(['digest', message]),
    mishaps: [
      () => write(['digest', 'a', 'digest', 'b']),
      () => write([]),
      () => write(['hash', 'a']),
      () => {
        entries = []
        write(['digest', 'a'])
      },
      () => once(() => null),
      () => once(() => [[7, null]]),
      () => once(() => Promise.reject(new Error('LOADING it'))),
      () => client.emit('close'),
    ],
  }
}

function pollingFeed(): ScriptedFeed {
  let rows: { seq: unknown; digest: unknown }[] = [{ seq: 1, digest: 'first' }]
  let last = 1
  let late: number | undefined
  let failing: (() => never) | undefined
  class ScriptedDriver extends DummyDriver {
    override async acquireConnection() {
      return {
        executeQuery: async <Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) => {
          // That nothing can be pruned is told to nobody.
          if (sql.includes('order by')) {
            const fail = failing
            failing = undefined
            fail?.()
          }
          return { rows: answer(sql, parameters) as Row[] }
        },
        // biome-ignore lint/correctness/useYield: nothing is streamed here.
        async *streamQuery(): AsyncGenerator<never> {
          throw new Error('nothing is streamed')
        },
      }
    }
  }
  const db = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new ScriptedDriver(),
      createIntrospector: (own) => new SqliteIntrospector(own),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })

  function answer(sql: string, [from]: readonly unknown[]): readonly unknown[] {
    if (sql.includes('min(')) return [{ lowest: 1 }]
    if (sql.includes('desc')) return rows.slice(-1_000).toReversed()
    const [, asked = ''] = /seq in \(([^)]*)\)/.exec(sql) ?? []
    const missing = new Set(asked.split(', ').map(Number))
    return rows.filter(({ seq }) => Number(seq) > Number(from) || missing.has(Number(seq))).slice(0, 1_002)
  }
  const add = (digest: unknown, seq: number) => {
    rows = [...rows, { seq, digest }].sort((a, b) => Number(a.seq) - Number(b.seq))
  }

  return {
    feed: pollingChanges(db, { intervalMs: 1 }),
    tell(message) {
      add(message, late ?? ++last)
      late = undefined
    },
    mishaps: [
      // A later one is committed first.
      () => {
        late = last + 1
        last += 2
        add('', last)
      },
      () => {
        late = undefined
        rows = [{ seq: ++last, digest: 'another' }]
      },
      () => {
        late = undefined
        for (let i = 0; i < 1_100; i++) add('many', ++last)
      },
      () => {
        failing = () => {
          throw new Error('gone away')
        }
      },
      () => {
        rows = rows.map(({ seq }) => ({ seq, digest: 'written over' }))
      },
    ],
  }
}

export const scriptedFeeds = {
  own: ownFeed,
  postgres: postgresFeed,
  redis: redisFeed,
  polling: pollingFeed,
} as const satisfies Record<string, () => ScriptedFeed>
