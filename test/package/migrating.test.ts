import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Client, createClient } from '@libsql/client'
import type { Express } from 'express'
import { type Authorizer, authorizationFor, createAuthorizer, type KeyStore, memoryStore } from 'rest-api-key'
import { createKeyManager, type ImportReport, type TenantKeys } from 'rest-api-key/management'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentCode } from '../support/document-code.js'
import { linesOf } from '../support/header-lines.js'

const code = documentCode('docs/migrating.md')
const key = 'wXqJrYcTnVbLmKzHgFdSaPoIuYtReWq1'

/** As the old systems make them, with Web Crypto and by hand, apart from what the guide's code does. */
async function sha256Of(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}
const padded = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))
const urlSafe = (bytes: Uint8Array) =>
  padded(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const hexadecimal = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** The reason of a refusal, or the key that was let in. */
async function outcome(authorizer: Authorizer, header: string, value: string, tenantId = 'acme') {
  const decision = await authorizer.authorize({
    headerLines: linesOf({ [header]: value }),
    tenantId,
    ip: '192.0.2.7',
  })
  return decision.allowed ? decision.principal : { refused: decision.reason, cause: decision.cause }
}

describe('the code of the guide to migrating', () => {
  let database: Client

  beforeAll(async () => {
    database = createClient({ url: ':memory:' })
  })
  afterAll(() => database.close())

  async function row<Row>(sql: string, value: string): Promise<Row | null> {
    const { rows } = await database.execute({ sql, args: [value] })
    return (rows[0] as Row | undefined) ?? null
  }
  const isTrue = (value: unknown) => value === 1

  it('takes over ids of 32 digits, which verify unchanged and once', async () => {
    const { takeOver } = await code<{
      takeOver: (keys: TenantKeys, ids: readonly string[]) => Promise<ImportReport>
    }>('takeOver')
    const repository = memoryStore()
    const manager = createKeyManager({ repository, authorize: () => true })
    const keys = manager.as({ tenantId: 'acme', userId: 'jdoe', role: 'Administrator' })
    const id = '0A1B2C3D4E5F60718293A4B5C6D7E8F0'
    expect(await takeOver(keys, [id])).toMatchObject({ imported: 1, unchanged: 0, refused: 0 })
    expect(await takeOver(keys, [id])).toMatchObject({ imported: 0, unchanged: 1, refused: 0 })

    const authorizer = createAuthorizer({ store: repository })
    expect(await outcome(authorizer, 'authorization', authorizationFor(id))).toMatchObject({
      tenantId: 'acme',
    })
    expect(await outcome(authorizer, 'authorization', authorizationFor(id), 'globex')).toMatchObject({
      refused: 'wrong_tenant',
    })
    expect(await outcome(authorizer, 'authorization', authorizationFor(id.toLowerCase()))).toMatchObject({
      refused: 'unknown_key',
    })
  })

  it('reads a table with ids in clear before, while and after its ids become digests', async () => {
    const { migratingAuthorizer } = await code<{
      migratingAuthorizer: (find: (column: string, value: string) => Promise<unknown>) => Authorizer
    }>('migratingAuthorizer')
    await database.execute(
      'create table clear (id text, digest text, clear_id text, tenant text, active int)',
    )
    await database.execute({ sql: "insert into clear values ('1', null, ?, 'acme', 1)", args: [key] })
    const authorizer = migratingAuthorizer(async (column, value) => {
      const found = await row<{ active: unknown }>(`select * from clear where ${column} = ?`, value)
      return found && { ...found, active: isTrue(found.active) }
    })
    const stolen = hexadecimal(await sha256Of(key))

    expect(await outcome(authorizer, 'authorization', authorizationFor(key))).toMatchObject({ keyId: '1' })
    await database.execute({ sql: 'update clear set digest = ?, clear_id = null', args: [stolen] })
    authorizer.flush()
    expect(await outcome(authorizer, 'authorization', authorizationFor(key))).toMatchObject({ keyId: '1' })
    expect(await outcome(authorizer, 'authorization', authorizationFor(stolen))).toMatchObject({
      refused: 'unknown_key',
    })
  })

  it('answers requests that passport-headerapikey answered', async () => {
    const { formerPassportApp } = await code<{
      formerPassportApp: (find: (sha256: string) => Promise<unknown>) => Express
    }>('formerPassportApp')
    const user = {
      id: 'jdoe',
      company: 'acme',
      blocked: false,
      apiKeySha256: hexadecimal(await sha256Of(key)),
    }
    const app = formerPassportApp(async (sha256) => (sha256 === user.apiKeySha256 ? user : null))
    const server: Server = app.listen(0, '127.0.0.1')
    try {
      await once(server, 'listening')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/me`
      const passed = await fetch(url, { headers: { 'x-api-key': key } })
      expect({ status: passed.status, body: await passed.json() }).toEqual({
        status: 200,
        body: { user: 'jdoe' },
      })
      expect((await fetch(url, { headers: { 'x-api-key': `${key}x` } })).status).toBe(401)
      expect((await fetch(url)).status).toBe(401)
    } finally {
      server.close()
    }
  })

  it('accepts keys of better-auth, whose digests are Base64url without padding', async () => {
    const { betterAuthAuthorizer } = await code<{
      betterAuthAuthorizer: (find: (key: string) => Promise<unknown>) => Authorizer
    }>('betterAuthAuthorizer')
    await database.execute(
      'create table apikey (id text, key text, name text, enabled int, expiresAt text, referenceId text)',
    )
    const insert = "insert into apikey values (?, ?, 'Nightly', ?, ?, 'acme')"
    const past = '2020-01-01T00:00:00.000Z'
    await database.execute({ sql: insert, args: ['on', urlSafe(await sha256Of(key)), 1, null] })
    await database.execute({ sql: insert, args: ['off', urlSafe(await sha256Of(`${key}-off`)), 0, null] })
    await database.execute({ sql: insert, args: ['old', urlSafe(await sha256Of(`${key}-old`)), 1, past] })
    const authorizer = betterAuthAuthorizer(async (digest) => {
      const found = await row<{ enabled: unknown; expiresAt: string | null }>(
        'select * from apikey where key = ?',
        digest,
      )
      return (
        found && {
          ...found,
          enabled: isTrue(found.enabled),
          expiresAt: found.expiresAt === null ? null : new Date(found.expiresAt),
        }
      )
    })

    expect(await outcome(authorizer, 'x-api-key', key)).toMatchObject({ keyId: 'on', description: 'Nightly' })
    expect(await outcome(authorizer, 'x-api-key', `${key}-off`)).toMatchObject({ refused: 'deactivated' })
    expect(await outcome(authorizer, 'x-api-key', `${key}-old`)).toMatchObject({ refused: 'expired' })
    expect(await outcome(authorizer, 'x-api-key', key, 'globex')).toMatchObject({ refused: 'wrong_tenant' })
    expect(await outcome(authorizer, 'x-api-key', `${key}x`)).toMatchObject({ refused: 'unknown_key' })
    expect(await outcome(authorizer, 'x-api-key', urlSafe(await sha256Of(key)))).toMatchObject({
      refused: 'unknown_key',
    })
  })

  it('accepts keys of Unkey, whose digests are padded Base64, and no deleted ones', async () => {
    const { unkeyAuthorizer } = await code<{
      unkeyAuthorizer: (find: (hash: string) => Promise<unknown>) => Authorizer
    }>('unkeyAuthorizer')
    await database.execute(
      'create table keys (id text, hash text, workspace_id text, owner_id text, enabled int, expires text, deleted_at_m int)',
    )
    const insert = "insert into keys values (?, ?, 'acme', 'jdoe', 1, null, ?)"
    await database.execute({ sql: insert, args: ['here', padded(await sha256Of(key)), null] })
    await database.execute({
      sql: insert,
      args: ['gone', padded(await sha256Of(`${key}-gone`)), 1_700_000_000_000],
    })
    const authorizer = unkeyAuthorizer(async (hash) => {
      const found = await row<{ enabled: unknown }>('select * from keys where hash = ?', hash)
      return found && { ...found, enabled: isTrue(found.enabled) }
    })

    expect(await outcome(authorizer, 'authorization', `Bearer ${key}`)).toMatchObject({
      keyId: 'here',
      onBehalfOf: 'jdoe',
    })
    expect(await outcome(authorizer, 'authorization', `Bearer ${key}-gone`)).toMatchObject({
      refused: 'unknown_key',
    })
    expect(await outcome(authorizer, 'authorization', authorizationFor(key))).toMatchObject({
      refused: 'malformed_credentials',
    })
  })

  it.each([
    ['betterAuthStore', (other: Uint8Array) => ({ key: urlSafe(other), enabled: true, referenceId: 'acme' })],
    [
      'unkeyStore',
      (other: Uint8Array) => ({
        hash: padded(other),
        enabled: true,
        workspace_id: 'acme',
        deleted_at_m: null,
      }),
    ],
  ])('%s refuses with 503 what a careless collation finds', async (name, rowOf) => {
    const { [name]: storeOver } = await code<Record<string, (find: () => Promise<unknown>) => KeyStore>>(name)
    const another = { id: '1', ...rowOf(await sha256Of('another key')) }
    const store = (storeOver as (find: () => Promise<unknown>) => KeyStore)(async () => another)
    expect(await outcome(createAuthorizer({ store }), 'authorization', authorizationFor(key))).toMatchObject({
      refused: 'store_unavailable',
      cause: { code: 'invalid_record' },
    })
  })
})

it('knows digests by examples that other programs have made', async () => {
  // printf abc | openssl dgst -sha256 -binary | base64
  expect(padded(await sha256Of('abc'))).toBe('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=')
  expect(urlSafe(await sha256Of('abc'))).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
})
