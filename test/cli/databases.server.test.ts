import { authorizationFor, createAuthorizer, hmacSha256Digest, type KeyStore } from 'rest-api-key'
import { redisStore } from 'rest-api-key/redis'
import { sqlStore } from 'rest-api-key/sql'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { builtCommand, type Project } from '../support/command-line.js'
import { foreignCsv, foreignId } from '../support/foreign-keys.js'
import { openIoRedis, ownPrefixes } from '../support/redis-clients.js'
import { redisUrl } from '../support/services.js'
import { mariadbDatabase, postgresDatabase } from '../support/sql-databases.js'

// Each call is a process.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const newProject = builtCommand()
const pepper = 'a pepper of more than 16 bytes'
const newPrefix = ownPrefixes()

interface Backend {
  readonly packages: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** What every call is given. */
  readonly args?: readonly string[]
  /** The application's own store over the same data. */
  readonly store: KeyStore
  close(): unknown
}

async function overSql(open: typeof postgresDatabase, driver: string, scheme: string): Promise<Backend> {
  const { db, location, close } = await open()
  const url = location.replace(/^\w+:/, `${scheme}:`)
  return {
    packages: ['kysely', driver],
    environment: { REST_API_KEY_STORE: url },
    store: sqlStore(db),
    close,
  }
}

async function overRedis(driver: string): Promise<Backend> {
  const prefix = newPrefix()
  const { client, close } = await openIoRedis()
  return {
    packages: [driver],
    environment: { REST_API_KEY_STORE: redisUrl() },
    args: ['--redis-prefix', prefix],
    store: redisStore(client, { prefix }),
    close,
  }
}

describe.each([
  ['PostgreSQL', () => overSql(postgresDatabase, 'pg', 'postgres')],
  ['PostgreSQL by its other name', () => overSql(postgresDatabase, 'pg', 'postgresql')],
  ['MySQL', () => overSql(mariadbDatabase, 'mysql2', 'mysql')],
  ['MariaDB', () => overSql(mariadbDatabase, 'mysql2', 'mariadb')],
  ['Redis with ioredis', () => overRedis('ioredis')],
  ['Redis with node-redis', () => overRedis('redis')],
])('over %s', (_, open) => {
  let backend: Backend
  let project: Project

  beforeAll(async () => {
    backend = await open()
    project = newProject(backend.packages, {
      ...backend.environment,
      REST_API_KEY_TENANT: 'acme',
      REST_API_KEY_PEPPER: pepper,
    })
    return () => backend.close()
  })

  const run = (args: readonly string[], input?: string) =>
    project.run([...args, ...(backend.args ?? [])], input)

  async function reasonFor(referenceId: string): Promise<string | undefined> {
    const authorizer = createAuthorizer({
      store: backend.store,
      digest: hmacSha256Digest({ pepper }),
      cache: false,
    })
    const authorization = authorizationFor(referenceId)
    const headerLines = (name: string) => (name === 'authorization' ? [authorization] : [])
    const decision = await authorizer.authorize({ headerLines, tenantId: 'acme', ip: '192.0.2.7' })
    await authorizer.close()
    return decision.allowed ? 'allowed' : decision.reason
  }

  it('what is managed from a terminal is what the application sees', async () => {
    for (const time of ['first', 'second']) {
      const { code, stderr } = await run(['migrate'])
      expect({ time, code, stderr }).toEqual({ time, code: 0, stderr: 'The store is up to date.\n' })
    }
    const group = (await run(['groups', 'create', '--name', 'Nächtlich 夜間'])).stdout.trim()
    const created = await run(['keys', 'create', '--group', group, '--allowed-ips', '192.0.2.0/24', '--json'])
    const { referenceId, key } = JSON.parse(created.stdout)
    expect(await reasonFor(referenceId)).toBe('allowed')

    await run(['keys', 'deactivate', key.id])
    expect(await reasonFor(referenceId)).toBe('deactivated')
    await run(['keys', 'update', key.id, '--activated', 'yes', '--allowed-ips', '198.51.100.7'])
    expect(await reasonFor(referenceId)).toBe('ip_not_allowed')
    const explained = await run(
      ['keys', 'explain', '--reference-id-file', '-', '--ip', '198.51.100.7'],
      referenceId,
    )
    expect(explained.code).toBe(0)

    expect((await run(['groups', 'delete', group, '--yes'])).code).toBe(1)
    await run(['keys', 'delete', key.id, '--yes'])
    expect(await reasonFor(referenceId)).toBe('unknown_key')
    expect((await run(['groups', 'delete', group, '--yes'])).code).toBe(0)
    const audit = JSON.parse((await run(['audit', '--json'])).stdout)
    expect(audit.items.map(({ action }: { action: string }) => action)).toEqual([
      'group.delete',
      'key.delete',
      'key.update',
      'key.deactivate',
      'key.create',
      'group.create',
    ])
  })

  it('an import finds its rows again', async () => {
    const group = (await run(['groups', 'create', '--name', 'Imported'])).stdout.trim()
    const rows = [...foreignCsv(1_200)].join('')
    const args = ['keys', 'import', '--format', 'csv', '--group', group]
    expect((await run(args, rows)).stderr).toBe('1,200 imported, 0 unchanged, 0 refused.\n')
    expect((await run(args, rows)).stderr).toBe('0 imported, 1,200 unchanged, 0 refused.\n')
    expect(await reasonFor(foreignId(1_200))).toBe('allowed')
  })
})

describe('a server that refuses', () => {
  const password = 'Tr0ub4dor-and-3'

  it.each([
    [
      'a database without tables',
      'pg',
      postgresDatabase,
      (url: URL) => url,
      /The store has no tables yet: run "rest-api-key migrate"/,
    ],
    [
      'a database without tables',
      'mysql2',
      mariadbDatabase,
      (url: URL) => url,
      /The store has no tables yet: run "rest-api-key migrate"/,
    ],
    [
      'a database that is not there',
      'pg',
      postgresDatabase,
      (url: URL) => Object.assign(url, { pathname: '/nowhere' }),
      /The key repository failed \(error, 3D000\)/,
    ],
    [
      'a wrong password',
      'mysql2',
      mariadbDatabase,
      (url: URL) => Object.assign(url, { username: 'keeper', password }),
      /The key repository failed \(Error, ER_ACCESS_DENIED_ERROR\)/,
    ],
  ])('for %s (%s) ends the command with 3 and one line', async (_, driver, open, change, says) => {
    const { location, close } = await open()
    const { href } = change(new URL(location))
    const project = newProject(['kysely', driver], { REST_API_KEY_STORE: href, REST_API_KEY_TENANT: 'acme' })
    const { code, stdout, stderr } = await project.run(['groups', 'list'])
    await close()
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^rest-api-key: ${says.source}\n$`))
  })

  it.each(['ioredis', 'redis'])(
    'for a wrong user of Redis (%s) ends the command with 3 and one line',
    async (driver) => {
      const { href } = Object.assign(new URL(redisUrl()), { username: 'keeper', password })
      const project = newProject([driver], { REST_API_KEY_STORE: href, REST_API_KEY_TENANT: 'acme' })
      const { code, stdout, stderr } = await project.run(['groups', 'list'])
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
      expect(stderr).toMatch(/^rest-api-key: The store cannot be opened \(\w+\)\n$/)
      expect(stderr).not.toContain(password)
    },
  )
})
