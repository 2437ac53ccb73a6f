import { RestApiKeyError } from '../../errors.js'
import { invalidOption } from '../../options.js'
import { channelPrefix, postgresTriggerNames } from './triggers/postgres-triggers.js'

/** Asks PostgreSQL over the connection of a feed, and resolves to the rows. */
export type Ask = (text: string, values?: string[]) => Promise<readonly unknown[]>

/** Where a feed listens. */
export interface PostgresChannel {
  /** Listens, and resolves to the name under which notifications come. Rejects if nothing would notify. */
  listen(ask: Ask): Promise<string>
  /** Rejects if this connection does not listen to what is notified now. */
  check(ask: Ask): Promise<void>
}

/** PostgreSQL cuts off what is longer, and would listen to something else. */
const maxNameBytes = 63

const triggers = Object.values(postgresTriggerNames)

/** None if the table has not all of its triggers, or they are disabled; another one if it was made anew. */
const channelOfTable = `select '${channelPrefix}' || tgrelid as channel from pg_trigger
  where tgrelid = to_regclass($1) and tgenabled in ('O', 'A')
    and tgname in (${triggers.map((name) => `'${name}'`).join(', ')})
  group by tgrelid having count(*) = ${triggers.length}`

const channelAsGiven = 'select $1::text as channel'

/** @throws {RestApiKeyError} `invalid_option` if an option is no name, or both are given. */
export function postgresChannel(options: {
  readonly schema?: string
  readonly channel?: string
}): PostgresChannel {
  const schema = optionalName('schema', options.schema)
  const given = optionalName('channel', options.channel)
  if (schema !== undefined && given !== undefined) {
    throw invalidOption('channel', 'left out where "schema" is given', given)
  }
  const table = schema === undefined ? 'rest_api_keys' : `${quoted(schema)}.rest_api_keys`
  const [source, value] = given === undefined ? [channelOfTable, table] : [channelAsGiven, given]

  return {
    async listen(ask) {
      const [row] = (await ask(source, [value])) as readonly { readonly channel: string }[]
      if (row === undefined) {
        throw new RestApiKeyError(
          'feed_failed',
          'There is no table rest_api_keys with all of its triggers; has migrateToLatest run?',
        )
      }
      await ask(`listen ${quoted(row.channel)}`)
      return row.channel
    },

    async check(ask) {
      const rows = await ask(
        `select from (${source}) as source where channel in (select pg_listening_channels())`,
        [value],
      )
      if (rows.length === 0) {
        throw new RestApiKeyError('feed_failed', 'The connection does not hear what is notified')
      }
    },
  }
}

function optionalName(option: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^[^\0]+$/.test(value) || Buffer.byteLength(value) > maxNameBytes) {
    throw invalidOption(option, `a name of 1 to ${maxNameBytes} bytes`, value)
  }
  return value
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
