/**
 * Fills PostgreSQL with keys and shows how it finds them: the plans of the statements that the store really sends. Fails
 * if one of them reads the whole table.
 *
 *     npm run scale
 *     COUNT=100000 npm run scale
 *
 * Works in a schema of its own, which it drops at the end, of the database in TEST_POSTGRES_URL.
 */
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { KeyQuery } from 'rest-api-key/management'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import type { Tables } from '../src/stores/sql/tables.js'
import { progress } from './progress.js'

const count = Number(process.env.COUNT ?? 1_000_000)
const tenants = 20
const pageSize = 50
const chunk = 20_000
const shownLength = 500
const leastCount = 100_000
const schema = `scale_${process.pid}`

let sent: CompiledQuery[] = []
const pool = new pg.Pool({ connectionString: process.env.TEST_POSTGRES_URL })
const db = new Kysely<Tables>({
  dialect: new PostgresDialect({ pool }),
  log: ({ query }) => void sent.push(query),
}).withSchema(schema)
const store = sqlStore(db)
let failures = 0

try {
  if (!(Number.isSafeInteger(count) && count >= leastCount)) {
    // PostgreSQL rightly reads a small table as a whole.
    throw new Error(`COUNT must be a whole number of at least ${leastCount}`)
  }
  await fill()
  await explainAll()
  console.log(failures === 0 ? '\nEvery statement uses an index.' : `\n${failures} statements use no index.`)
  process.exitCode = failures === 0 ? 0 : 1
} finally {
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db)
  await db.destroy()
}

/** Each tenant has as many keys, in 10 groups, made in turns: the keys of one lie all over the table. */
async function fill(): Promise<void> {
  await migrateToLatest(db)
  const bar = progress(count, 'keys')
  const tenant = sql`case when n % ${sql.lit(tenants)} = 0 then 'acme' else 'tenant-' || n % ${sql.lit(tenants)} end`
  const group = sql`'group-' || n / ${sql.lit(tenants)} % 10`
  await sql`
    insert into ${sql.table(`${schema}.rest_api_key_groups`)} (tenant_id, id, name, version, created_at, updated_at)
    select distinct ${tenant}, ${group}, 'Group', 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'
    from generate_series(0, ${sql.lit(tenants * 10 - 1)}) as n`.execute(db)
  for (let start = 0; start < count; start += chunk) {
    const end = Math.min(start + chunk, count)
    await sql`
      insert into ${sql.table(`${schema}.rest_api_keys`)}
        (id, digest, tenant_id, group_id, activated, description, on_behalf_of, in_role, allowed_ips,
         expires_at, metadata, hint, search_text, version, created_at, updated_at)
      select
        gen_random_uuid(), encode(sha256(n::text::bytea), 'hex'), ${tenant}, ${group}, true,
        'Import ' || n, 'jdoe', 'Operator', '["192.0.2.0/24","198.51.100.1-198.51.100.99","2001:db8::/32"]',
        '2099-12-31T23:59:59.999Z', '{"plan":"gold","contact":"operations@example.com","labels":["nightly","orders","eu"]}',
        'rak_…' || n, 'rak_…' || n || e'\nimport ' || n || case when n % 97 = 0 then ' nightly' else '' end || e'\njdoe\noperator',
        1, moment, moment
      from (
        select n, to_char(timestamp '2026-01-01' + n * interval '1 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as moment
        from generate_series(${start}::int, ${end - 1}::int) as n
      ) as numbers`.execute(db)
    bar.advance(end)
  }
  await sql`analyze ${sql.table(`${schema}.rest_api_keys`)}`.execute(db)
}

async function explainAll(): Promise<void> {
  const { rows } = await sql<{ digest: string }>`
    select digest from ${sql.table(`${schema}.rest_api_keys`)} limit 500`.execute(db)
  const digests = rows.map(({ digest }) => digest)
  const { signal } = new AbortController()
  await explain('findByDigest', () => store.findByDigest(digests[0] as string, { signal }))
  await explain('findManyByDigest, 500', () => store.findManyByDigest(digests, { signal }))

  const lastPage = Math.min(1_000, Math.floor(count / tenants / pageSize))
  const far = await positionOf((lastPage - 1) * pageSize)
  const groupId = 'group-0'
  await explain('listKeys, page 1', () => list({}))
  await explain(`listKeys, page ${lastPage}`, () => list({ after: far }))
  await explain('listKeys of a group, page 1', () => list({ groupId }))
  await explain('listKeys of a group, as far', () => list({ groupId, after: far }))
  const searches = [
    ['of 1 key in 97', 'nightly'],
    ['of one key', `import ${count - (count % tenants || tenants)}\n`],
    ['of nothing', 'nowhere'],
  ] as const
  for (const [what, search] of searches) await explain(`search ${what}`, () => list({ search }))

  try {
    await sql`create extension if not exists pg_trgm`.execute(db)
  } catch {
    console.log('\npg_trgm cannot be created here: no trigram index')
    return
  }
  await sql`
    create index on ${sql.table(`${schema}.rest_api_keys`)} using gin (search_text gin_trgm_ops)`.execute(db)
  await sql`analyze ${sql.table(`${schema}.rest_api_keys`)}`.execute(db)
  for (const [what, search] of searches) {
    await explain(`search ${what}, with a trigram index`, () => list({ search }))
  }
}

function list(query: Partial<KeyQuery>) {
  return store.listKeys('acme', { groupId: null, search: null, after: null, limit: pageSize, ...query })
}

async function positionOf(offset: number): Promise<KeyQuery['after']> {
  const { rows } = await sql<{ created_at: string; id: string }>`
    select created_at, id from ${sql.table(`${schema}.rest_api_keys`)}
    where tenant_id = 'acme' order by created_at, id offset ${offset - 1} limit 1`.execute(db)
  const [row] = rows
  return row === undefined ? null : { at: new Date(row.created_at), id: row.id }
}

/** Prints the plan of what a call of the store sends. */
async function explain(title: string, call: () => Promise<unknown>): Promise<void> {
  sent = []
  await call()
  const [query] = sent as [CompiledQuery]
  const { rows } = await db.executeQuery<{ 'QUERY PLAN': string }>(
    CompiledQuery.raw(`explain (analyze, buffers off) ${query.sql}`, [...query.parameters]),
  )
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  const usesIndex = /Index/.test(plan) && !/Seq Scan on rest_api_keys/.test(plan)
  if (!usesIndex) failures++
  console.log(`\n## ${title}: ${usesIndex ? 'index' : 'NO INDEX'}`)
  for (const line of [query.sql, ...plan.split('\n')]) {
    console.log(line.length > shownLength ? `${line.slice(0, shownLength)} …` : line)
  }
}
