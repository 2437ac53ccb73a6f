import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RunningServer, startServer } from '../support/script.js'

const newman = createRequire(import.meta.url).resolve('newman/bin/newman.js')
const collection = new URL('../../examples/postman/incidents.postman_collection.json', import.meta.url)

interface Summary {
  readonly run: {
    readonly stats: Readonly<Record<'requests' | 'assertions', { total: number; failed: number }>>
    readonly failures: readonly unknown[]
  }
}

let server: RunningServer
let folder: string

beforeAll(async () => {
  server = await startServer('examples/express/server.ts')
  folder = await mkdtemp(join(tmpdir(), 'rest-api-key-'))
})
afterAll(async () => {
  await server.stop('SIGTERM')
  await rm(folder, { recursive: true })
})

it('runs against the Express example with newman', async () => {
  const file = join(folder, 'summary.json')
  const child = spawn(
    process.execPath,
    [
      ...[newman, 'run', collection.pathname, '--env-var', `base_url=${server.url}`],
      ...['--reporters', 'json', '--reporter-json-export', file],
    ],
    { stdio: 'ignore' },
  )
  const [code] = await once(child, 'close')
  const { run }: Summary = JSON.parse(await readFile(file, 'utf8'))
  expect(run.failures).toEqual([])
  expect(run.stats.requests).toMatchObject({ total: 7, failed: 0 })
  expect(run.stats.assertions).toMatchObject({ total: 20, failed: 0 })
  expect(code).toBe(0)
})

it('sends the key as the header Authorization: rest_api_key={Reference ID}', async () => {
  const { item: items }: { item: { request: { header: { key: string; value: string }[] } }[] } = JSON.parse(
    await readFile(collection, 'utf8'),
  )
  const values = items.flatMap(({ request }) =>
    request.header.filter(({ key }) => key === 'Authorization').map(({ value }) => value),
  )
  expect(values).toHaveLength(6)
  for (const value of values) expect(value).toMatch(/^rest_api_key=\{\{\w*reference_id\}\}$/)
})
