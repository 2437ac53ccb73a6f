import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'
import type { KeyRecord, KeyStore } from 'rest-api-key'
import { keyStoreCases } from 'rest-api-key/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drizzleStore } from '../../examples/stores/drizzle-store.js'
import { pgStore } from '../../examples/stores/pg-store.js'
import { postgresUrl } from '../support/services.js'

const setup = readFileSync(new URL('../../examples/stores/setup.sql', import.meta.url), 'utf8')

describe.each([
  ['node-postgres', pgStore],
  ['Drizzle', (pool: Pool) => drizzleStore(drizzle(pool))],
] as const)('a store over existing tables, with %s', (_, storeOver) => {
  const schema = `legacy_${randomUUID().replaceAll('-', '')}`
  const pool = new Pool({ connectionString: postgresUrl(), options: `-c search_path=${schema}` })

  beforeAll(async () => {
    await pool.query(`CREATE SCHEMA ${schema}`)
    await pool.query(setup)
  })

  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
  })

  async function open() {
    await pool.query('TRUNCATE customers, api_tokens RESTART IDENTITY')
    const limits = { absent: ['groupId', 'metadata'], assignsIds: true } as const
    return { store: storeOver(pool), put: (record: KeyRecord) => put(pool, record), limits }
  }

  for (const { id, name, run } of keyStoreCases(open)) it(`${id}: ${name}`, run)

  it('refuses to guess what an unreadable IP rule meant', async () => {
    const { store } = await open()
    await put(pool, {
      id: '-',
      digest: 'd1',
      tenantId: 'acme',
      activated: true,
      allowedIps: ['192.0.2.7', ''],
    })
    await expect(find(store, 'd1')).rejects.toMatchObject({ code: 'invalid_ip_rule' })
  })
})

function find(store: KeyStore, digest: string): Promise<KeyRecord | null> {
  return store.findByDigest(digest, { signal: new AbortController().signal })
}

/** Writes the record as the application with these tables would. */
async function put(pool: Pool, record: KeyRecord): Promise<void> {
  const { digest, tenantId, activated, description, onBehalfOf, inRole, allowedIps, expiresAt } = record
  await pool.query('INSERT INTO customers (code) VALUES ($1) ON CONFLICT DO NOTHING', [tenantId])
  await pool.query(
    `INSERT INTO api_tokens
       (customer_no, token_sha256, is_active, purpose, acts_as, acting_role, allowed_ips, valid_until)
     SELECT customer_no, $2, $3, $4, $5, $6, $7, $8 FROM customers WHERE code = $1
     ON CONFLICT (token_sha256) DO UPDATE SET is_active = excluded.is_active, purpose = excluded.purpose`,
    [
      tenantId,
      digest,
      activated ? 1 : 0,
      description,
      onBehalfOf,
      inRole,
      allowedIps?.join(', ') ?? null,
      expiresAt,
    ],
  )
}
