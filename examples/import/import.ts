/** Imports keys that were issued elsewhere: `npm run example:import -- FILE --store keys.db`; without a file, a sample. */
import { createReadStream, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { LibsqlDialect } from '@libsql/kysely-libsql'
import { Kysely } from 'kysely'
import { createKeyManager, type ImportReport } from 'rest-api-key/management'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { rowsOf } from './rows.js'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { store: { type: 'string', default: '.tmp/keys.db' } },
})
const file = positionals[0] ?? fileURLToPath(new URL('keys.jsonl', import.meta.url))

mkdirSync(dirname(values.store), { recursive: true })
const db = new Kysely<unknown>({ dialect: new LibsqlDialect({ url: `file:${values.store}` }) })
await migrateToLatest(db)
const manager = createKeyManager({
  repository: sqlStore(db),
  authorize: (actor) => actor.role === 'Administrator',
})
const keys = manager.as({ tenantId: 'acme', userId: 'jdoe', role: 'Administrator' })
const { items } = await keys.listGroups({ limit: 1 })
const group = items[0] ?? (await keys.createGroup({ name: 'Imported keys' }))

// Ctrl-C ends the import after the batch that is being written.
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())

const input = createReadStream(file, 'utf8')
const { size } = statSync(file)
const report = await keys.importKeys(rowsOf(input), {
  groupId: group.id,
  signal: interrupted.signal,
  onRefused: ({ row, message }) => console.log(`Row ${row} is refused: ${message}`),
  onProgress: (soFar) => show(`${Math.floor((100 * input.bytesRead) / size)} % read, ${figures(soFar)}`),
})
await db.destroy()
console.log(`\n${interrupted.signal.aborted ? 'Interrupted' : 'Done'}: ${figures(report)}`)
process.exitCode = report.refused > 0 || interrupted.signal.aborted ? 1 : 0

function show(line: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r${line} ` : `${line}\n`)
}

function figures({ imported, unchanged, refused }: ImportReport): string {
  return `${imported} imported, ${unchanged} unchanged, ${refused} refused`
}
