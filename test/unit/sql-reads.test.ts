import type { AuditQuery, KeyQuery } from 'rest-api-key/management'
import { sqlStore } from 'rest-api-key/sql'
import { describe, expect, it } from 'vitest'
import { compilingKysely } from '../support/sql-compilers.js'

const moment = '1970-01-01T00:00:00.000Z'
const after = { at: new Date(0), id: 'last' }
const groupRow = {
  id: 'group-1',
  tenant_id: 'acme',
  name: 'Integrations',
  description: null,
  version: 1,
  created_at: moment,
  updated_at: moment,
}
const keyRow = { id: 'key-1', tenant_id: 'acme', activated: 1, version: 1, created_at: moment }
const eventRow = { id: 'event-1', tenant_id: 'acme', at: moment, action: 'key.update' }

/** A store that finds these rows, and what it asks, without its columns. */
function openStore(rows: readonly unknown[] = []) {
  const asked: unknown[] = []
  const db = compilingKysely<unknown>('sqlite', ({ sql, parameters }) => {
    asked.push([sql.replace(/^select .*? from/, 'from'), ...parameters])
    return rows
  })
  return { store: sqlStore(db), asked }
}

describe('a group', () => {
  it('is found by its tenant and id, or is null', async () => {
    const { store, asked } = openStore([groupRow])
    expect(await store.findGroup('acme', 'group-1')).toMatchObject({ id: 'group-1', version: 1 })
    const statement = 'from "rest_api_key_groups" where "tenant_id" = ? and "id" = ?'
    expect(asked).toEqual([[statement, 'acme', 'group-1']])
    expect(await openStore().store.findGroup('acme', 'group-1')).toBeNull()
  })

  it('is listed by page', async () => {
    const { store, asked } = openStore([groupRow])
    const groups = await store.listGroups('acme', { after: null, limit: 9 })
    expect(groups).toMatchObject([{ id: 'group-1', name: 'Integrations' }])
    await store.listGroups('acme', { after, limit: 9 })
    const from = 'from "rest_api_key_groups" where "tenant_id" = ?'
    const behind = '("created_at" >= ? and ("created_at", "id") > (?, ?))'
    const order = 'order by "created_at", "id" limit ?'
    expect(asked).toEqual([
      [`${from} ${order}`, 'acme', 9],
      [`${from} and ${behind} ${order}`, 'acme', moment, moment, 'last', 9],
    ])
  })
})

describe('a key', () => {
  it('is found by its tenant and id, or is null', async () => {
    const { store, asked } = openStore([keyRow])
    expect(await store.findKey('acme', 'key-1')).toMatchObject({ id: 'key-1', activated: true, version: 1 })
    expect(asked).toEqual([['from "rest_api_keys" where "tenant_id" = ? and "id" = ?', 'acme', 'key-1']])
    expect(await openStore().store.findKey('acme', 'key-1')).toBeNull()
  })

  it.each<[string, Partial<KeyQuery>, string, unknown[]]>([
    ['of a tenant', {}, '', []],
    ['of a group', { groupId: 'group-1' }, ' and "group_id" = ?', ['group-1']],
    ['by a text', { search: 'import' }, ` and "search_text" like ? escape '!'`, ['%import%']],
    [
      'behind another one',
      { after },
      ' and ("created_at" >= ? and ("created_at", "id") > (?, ?))',
      [moment, moment, 'last'],
    ],
  ])('is listed %s', async (_, query, condition, values) => {
    const { store, asked } = openStore([keyRow])
    const keys = await store.listKeys('acme', {
      groupId: null,
      search: null,
      after: null,
      limit: 9,
      ...query,
    })
    expect(keys).toMatchObject([{ id: 'key-1', activated: true }])
    const statement = `from "rest_api_keys" where "tenant_id" = ?${condition} order by "created_at", "id" limit ?`
    expect(asked).toEqual([[statement, 'acme', ...values, 9]])
  })
})

describe('an event', () => {
  it.each<[string, Partial<AuditQuery>, string, unknown[]]>([
    ['of a tenant', {}, '', []],
    ['of a group', { groupId: 'group-1' }, ' and "group_id" = ?', ['group-1']],
    ['of a key', { keyId: 'key-1' }, ' and "key_id" = ?', ['key-1']],
    ['before another one', { after }, ' and ("at" <= ? and ("at", "id") < (?, ?))', [moment, moment, 'last']],
  ])('is listed %s, the latest first', async (_, query, condition, values) => {
    const { store, asked } = openStore([eventRow])
    const events = await store.listAudit('acme', {
      groupId: null,
      keyId: null,
      after: null,
      limit: 9,
      ...query,
    })
    expect(events).toMatchObject([{ id: 'event-1', action: 'key.update' }])
    const statement = `from "rest_api_key_audit" where "tenant_id" = ?${condition} order by "at" desc, "id" desc limit ?`
    expect(asked).toEqual([[statement, 'acme', ...values, 9]])
  })
})
