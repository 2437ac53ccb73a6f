import { type Kysely, sql } from 'kysely'
import { RestApiKeyError } from '../../errors.js'
import { type Change, type ChangePosition, maxChanges, maxMissing } from './change-position.js'
import type { Tables } from './tables.js'
import { repeated } from './writer.js'

/** What is asked of the table of changes. A statement sees what was committed when it began. */
export interface ChangeLog {
  /** The newest rows, from which a position is taken. */
  newest(): Promise<readonly Change[]>
  /** What there is to be read from a position on, in the order of the numbers. */
  since(position: ChangePosition): Promise<readonly Change[]>
  /** Deletes some of what every reader has long read, up to so many rows before this one. */
  prune(last: number): Promise<void>
}

const keptRows = 10_000
/** Few enough for a statement that holds up nobody for long, even if nothing was pruned for years. */
const prunedRows = 10_000

export function changeLog(db: Kysely<Tables>): ChangeLog {
  const rows = db.selectFrom('rest_api_key_changes').select(['seq', 'digest'])
  return {
    async newest() {
      const newest = await repeated(() => rows.orderBy('seq', 'desc').limit(maxMissing).execute())
      return newest.map(changeOf)
    },

    async since({ last, missing }) {
      // Literally: as parameters they would be more than some databases take.
      const asked = sql.raw([last, ...missing].join(', '))
      const since = rows
        .where(sql<boolean>`(seq > ${last} or seq in (${asked}))`)
        .orderBy('seq')
        // The last one that was seen, and one more than can be told.
        .limit(maxChanges + 2)
      return (await repeated(() => since.execute())).map(changeOf)
    },

    async prune(last) {
      const { lowest } = await db
        .selectFrom('rest_api_key_changes')
        .select((is) => is.fn.min('seq').as('lowest'))
        .executeTakeFirstOrThrow()
      const end = Math.min(last - keptRows + 1, Number(lowest) + prunedRows)
      await db.deleteFrom('rest_api_key_changes').where('seq', '<', end).execute()
    },
  }
}

function changeOf({ seq, digest }: { readonly seq: unknown; readonly digest: unknown }): Change {
  const number = Number(seq)
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new RestApiKeyError('feed_failed', 'Column "seq" of rest_api_key_changes must hold whole numbers')
  }
  return { seq: number, digest }
}
