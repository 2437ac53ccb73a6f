import { type RawBuilder, sql } from 'kysely'
import type { PagePosition } from '../../management/key-repository.js'
import type { Dialect } from './connection.js'

/**
 * What lies behind a position in the order of a moment and the id. The first comparison says nothing new; it is there
 * for databases that use no index for the second one, of a pair.
 */
export function behind(
  column: 'created_at' | 'at',
  { at, id }: PagePosition,
  { exact }: Dialect,
  order: 'ascending' | 'descending' = 'ascending',
): RawBuilder<boolean> {
  const sign = sql.raw(order === 'ascending' ? '>' : '<')
  const moment = sql.ref(column)
  const since = at.toISOString()
  return sql`(${moment} ${sign}= ${since} and (${moment}, ${sql.ref('id')}) ${sign} (${since}, ${exact(id)}))`
}

/** Takes wildcards literally; the escape character is one that no database treats specially elsewhere. */
export function contains(column: 'search_text', part: string): RawBuilder<boolean> {
  const pattern = `%${part.replace(/[!%_]/g, '!$&')}%`
  return sql`${sql.ref(column)} like ${pattern} escape '!'`
}
