import { type CompiledQuery, type SelectQueryBuilder, sql } from 'kysely'
import type { KeyRecord } from '../../key-record.js'
import type { KeyRepository } from '../../management/key-repository.js'
import type { Dialect } from './connection.js'
import { type Context, chunksOf } from './context.js'
import type { Run } from './prepared-statements.js'
import { type RecordRow, recordColumns, recordOf } from './rows.js'
import type { Tables } from './tables.js'

type LookUps = Required<Pick<KeyRepository, 'findByDigest' | 'findManyByDigest' | 'touch'>>

/** How many digests one statement lists, at most; a power of 2. */
const maxDigests = 512
/** How many uses one statement notes, at most, and the parameters of each. */
const maxUses = 100
const parametersOfUse = 5

/**
 * What an authorizer calls: look-ups are one statement each and write nothing. Statements are compiled once, because that
 * takes as long as some databases do for their answer.
 */
export function lookUpMethods({ db, dialect, write }: Context, prepared?: Run): LookUps {
  const { exact } = dialect
  const run: Run =
    prepared ??
    (async <Row>(statement: CompiledQuery<Row>, parameters: unknown[]) =>
      (await db.executeQuery<Row>({ ...statement, parameters })).rows)
  const select = db.selectFrom('rest_api_keys').select(recordColumns)
  const digestsOfStatement = Math.min(maxDigests, 2 ** Math.floor(Math.log2(dialect.maxParameters)))
  const usesOfStatement = Math.min(maxUses, Math.floor(dialect.maxParameters / parametersOfUse))
  const one = select.where('digest', '=', exact('')).compile()
  const many = dialect.name === 'postgres' ? anyOf(select) : amongSizes(select, exact)

  return {
    async findByDigest(digest) {
      const row = (await run(one, [exact(digest)]))[0]
      return row === undefined ? null : recordOf(row)
    },

    async findManyByDigest(digests) {
      const found: KeyRecord[] = []
      for (const chunk of chunksOf([...new Set(digests)], digestsOfStatement)) {
        found.push(...(await run(...many(chunk))).map(recordOf))
      }
      return found
    },

    async touch(uses) {
      const latest = new Map<string, string>()
      for (const { id, at } of uses) {
        const moment = at.toISOString()
        if (moment > (latest.get(id) ?? '')) latest.set(id, moment)
      }
      // In one order, or two instances that report the same keys would block each other.
      const ordered = [...latest].sort(([a], [b]) => (a < b ? -1 : 1))
      for (const chunk of chunksOf(ordered, usesOfStatement)) {
        const cases = chunk.map(([id, moment]) => sql`when ${exact(id)} then ${moment}`)
        const at = sql<string>`case ${sql.ref('id')} ${sql.join(cases, sql` `)} end`
        await write((trx) =>
          trx
            .updateTable('rest_api_keys')
            .set({ last_used_at: at })
            .where(
              'id',
              'in',
              chunk.map(([id]) => exact(id)),
            )
            .where((is) => is.or([is('last_used_at', 'is', null), is('last_used_at', '<', at)]))
            .execute(),
        )
      }
    },
  }
}

type Select = SelectQueryBuilder<Tables, 'rest_api_keys', RecordRow>
/** A statement and its parameters. */
type Among = (digests: readonly string[]) => [CompiledQuery<RecordRow>, unknown[]]

/** PostgreSQL takes a list as one parameter. */
function anyOf(select: Select): Among {
  const none: readonly string[] = []
  const statement = select.where(sql<boolean>`${sql.ref('digest')} = any(${none})`).compile()
  return (digests) => [statement, [digests]]
}

/** Others take a parameter for each: lists are filled up with their last digest to a power of 2, for few statements. */
function amongSizes(select: Select, exact: Dialect['exact']): Among {
  const statements = new Map<number, CompiledQuery<RecordRow>>()
  return (digests) => {
    const size = 2 ** Math.ceil(Math.log2(digests.length))
    const parameters = Array.from({ length: size }, (_, index) =>
      exact(digests[index] ?? (digests.at(-1) as string)),
    )
    const statement = statements.get(size) ?? select.where('digest', 'in', parameters).compile()
    statements.set(size, statement)
    return [statement, parameters]
  }
}
