import { type GroupInput, type KeyChanges, type KeyInput, limits } from 'rest-api-key/management'
import { describe, expect, it } from 'vitest'
import { Faults } from '../../src/management/faults.js'
import { membersOf } from '../../src/management/group-input.js'
import { openManager, refusal, withKey } from './support.js'

const foreignId = '0123456789ABCDEF0123456789ABCDEF'

describe('input', () => {
  it('is reported with all its faults at once, and nothing is written', async () => {
    const { acme, audit } = await openManager()
    const input = {
      groupId: '',
      activated: 1,
      description: 'x'.repeat(limits.description + 1),
      onBehalfOf: 7,
      inRole: 'nul \0',
      allowedIps: ['192.0.2.7', '010.0.0.1', '192.0.2.0/33'],
      expiresAt: new Date(Number.NaN),
      metadata: { when: new Date() },
      activate: true,
    }
    expect(await refusal(acme.createKey(input as unknown as KeyInput))).toEqual({
      code: 'invalid_input',
      fields: [
        'activate',
        'groupId',
        'activated',
        'description',
        'onBehalfOf',
        'inRole',
        'allowedIps[1]',
        'allowedIps[2]',
        'expiresAt',
        'metadata',
      ],
    })
    expect(audit).toEqual([])
    expect((await acme.listKeys()).items).toEqual([])
  })

  const faulty: readonly (readonly [
    name: string,
    changes: Record<string, unknown>,
    fields: readonly string[],
  ])[] = [
    ['a lone surrogate', { description: '\ud800' }, ['description']],
    ['a lone surrogate in metadata', { metadata: { text: '\udc00' } }, ['metadata']],
    ['NUL in a name of metadata', { metadata: { 'a\0': 1 } }, ['metadata']],
    ['NUL in a list of metadata', { metadata: { fine: 'x', list: [null, 1, 'a\0', 'x'] } }, ['metadata']],
    ['a lone surrogate in an object of metadata', { metadata: { deep: { '\ud800': 'x' } } }, ['metadata']],
    ['metadata that is too long', { metadata: { text: 'x'.repeat(limits.metadata) } }, ['metadata']],
    ['metadata that is a list', { metadata: [1] }, ['metadata']],
    ['no number', { metadata: { no: Number.NaN } }, ['metadata']],
    ['IP rules that are a text', { allowedIps: '192.0.2.7' }, ['allowedIps']],
    ['IP rules that are null', { allowedIps: null }, ['allowedIps']],
    ['an IP rule that is a number', { allowedIps: [1] }, ['allowedIps[0]']],
    ['too many IP rules', { allowedIps: Array(limits.allowedIps + 1).fill('192.0.2.7') }, ['allowedIps']],
    ['a moment that is a text', { expiresAt: '2030-01-01' }, ['expiresAt']],
    ['a moment before 1970', { expiresAt: new Date(-1) }, ['expiresAt']],
    ['a moment of five digits', { expiresAt: new Date('+010000-01-01') }, ['expiresAt']],
  ]
  it.each(faulty)('refuses %s', async (_, changes, fields) => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    expect(await refusal(acme.updateKey(key.id, changes))).toEqual({ code: 'invalid_input', fields })
    expect(await acme.getKey(key.id)).toEqual(key)
  })

  it.each([null, undefined, 'text', 7, []])('refuses %s for an object', async (input) => {
    const { acme } = await openManager()
    expect((await refusal(acme.createGroup(input as never))).code).toBe('invalid_input')
    expect((await refusal(acme.createKey(input as never))).code).toBe('invalid_input')
    expect((await refusal(acme.importKey(input as never))).code).toBe('invalid_input')
  })

  it.each([undefined, null, '', 7, {}, ['x'], 'x'.repeat(1_000), '\0'])(
    'refuses %s for an id',
    async (id) => {
      const { acme } = await openManager()
      for (const call of [acme.getKey, acme.getGroup, acme.deleteKey, acme.deleteGroup, acme.deactivateKey]) {
        expect(await refusal(call(id as string))).toEqual({ code: 'invalid_input', fields: ['id'] })
      }
    },
  )

  it('has no holes', async () => {
    const { acme } = await openManager()
    const { group, key } = await withKey(acme)
    const allowedIps = new Array<string>(1)
    const wrong = { code: 'invalid_input', fields: ['allowedIps[0]'] }
    expect(await refusal(acme.createKey({ groupId: group.id, allowedIps }))).toEqual(wrong)
    expect(await refusal(acme.updateKey(key.id, { allowedIps }))).toEqual(wrong)
  })

  it('that refers to one object many times is refused, not copied for ever', async () => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    let metadata: Record<string, unknown> = {}
    for (let level = 0; level < 30; level++) metadata = { a: metadata, b: metadata }
    expect(await refusal(acme.updateKey(key.id, { metadata } as KeyChanges))).toEqual({
      code: 'invalid_input',
      fields: ['metadata'],
    })
  })

  it('whose field is named like a Reference ID does not show it', async () => {
    const { acme } = await openManager()
    const { id: groupId } = await acme.createGroup({ name: 'Group' })
    const report = await acme.importKeys([{ referenceId: 'AAAA', [foreignId]: 'x', groupId }])
    expect(report.refused).toBe(1)
    expect(JSON.stringify(report)).not.toContain(foreignId)
  })
})

describe('a fault is told in full', () => {
  const name = 'Integrations'

  it.each<[title: string, input: unknown, message: string]>([
    ['no object', null, '"input" must be an object, not null'],
    ['a list', [], '"input" must be an object, not an array'],
    ['a text', 'Integrations', '"input" must be an object, not a string'],
    ['a name that is no text', { name: 7 }, '"name" must be a text'],
    ['an empty name', { name: '' }, '"name" must not be empty'],
    ['a long name', { name: 'x'.repeat(201) }, '"name" must not be longer than 200 characters'],
    ['NUL', { name: 'a\0' }, '"name" must not contain the character NUL'],
    ['a lone surrogate', { name: '\udc00' }, '"name" must be well-formed Unicode'],
    ['a description that is no text', { name, description: 7 }, '"description" must be a text'],
    [
      'a long description',
      { name, description: 'x'.repeat(2_001) },
      '"description" must not be longer than 2000 characters',
    ],
    ['an unknown field', { name, notes: '' }, '"notes" is unknown; known are name, description'],
    ['two of them', { name: '', description: [] }, '"name" must not be empty; "description" must be a text'],
  ])('of a group: %s', async (_, input, message) => {
    const { acme } = await openManager()
    const group = await acme.createGroup({ name })
    const wrong = { code: 'invalid_input', message }
    await expect(acme.createGroup(input as never)).rejects.toMatchObject(wrong)
    await expect(acme.updateGroup(group.id, input as never)).rejects.toMatchObject(wrong)
    expect((await acme.listGroups()).items).toEqual([group])
  })

  it.each<[title: string, changes: Record<string, unknown>, message: string]>([
    ['activated', { activated: 'yes' }, '"activated" must be true or false'],
    [
      'description',
      { description: 'x'.repeat(2_001) },
      '"description" must not be longer than 2000 characters',
    ],
    ['onBehalfOf', { onBehalfOf: 'x'.repeat(201) }, '"onBehalfOf" must not be longer than 200 characters'],
    ['inRole', { inRole: 'x'.repeat(201) }, '"inRole" must not be longer than 200 characters'],
    ['allowedIps', { allowedIps: '192.0.2.7' }, '"allowedIps" must be a list of texts'],
    [
      'more than 10,000 rules',
      { allowedIps: [...Array(10_000).fill('192.0.2.7'), 'no rule either'] },
      '"allowedIps" must not have more than 10000 rules',
    ],
    [
      'a rule',
      { allowedIps: ['192.0.2.7', '192.0.2.0/33'] },
      '"allowedIps[1]" cannot be used. An IP rule must be an address, a CIDR block ("10.0.0.0/8") or an ascending range of one family ("10.0.0.1-10.0.0.9"), not "192.0.2.0/33"',
    ],
    [
      'expiresAt',
      { expiresAt: 0 },
      '"expiresAt" must be a Date (in JSON: 2030-01-31T12:00:00Z) in the years 1970 to 9999, or null',
    ],
    ['metadata', { metadata: 'text' }, '"metadata" must be an object of JSON values, or null'],
    [
      'metadata of 16,001 characters',
      { metadata: { x: 'x'.repeat(15_993) } },
      '"metadata" as JSON must not be longer than 16000 characters',
    ],
    [
      'NUL in metadata',
      { metadata: { x: '\0' } },
      '"metadata" must hold well-formed Unicode without the character NUL',
    ],
    [
      'an unknown field',
      { activate: true },
      '"activate" is unknown; known are activated, description, onBehalfOf, inRole, allowedIps, expiresAt, metadata',
    ],
  ])('of a key: %s', async (_, changes, message) => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    await expect(acme.updateKey(key.id, changes)).rejects.toMatchObject({ code: 'invalid_input', message })
  })

  it.each<[title: string, groupId: unknown, message: string]>([
    ['empty', '', '"groupId" must not be empty'],
    ['missing', undefined, '"groupId" must be a text'],
    ['long', 'x'.repeat(201), '"groupId" must not be longer than 200 characters'],
  ])('of a new key whose group is %s', async (_, groupId, message) => {
    const { acme } = await openManager()
    await expect(acme.createKey({ groupId } as KeyInput)).rejects.toMatchObject({ message })
  })

  it.each<[title: string, id: unknown, message: string]>([
    ['empty', '', '"id" must not be empty'],
    ['a number', 7, '"id" must be a text'],
    ['long', 'x'.repeat(201), '"id" must not be longer than 200 characters'],
  ])('of an id that is %s', async (_, id, message) => {
    const { acme } = await openManager()
    await expect(acme.getKey(id as string)).rejects.toMatchObject({ code: 'invalid_input', message })
  })

  it.each<[field: string, shown: string]>([
    ['notes', 'notes'],
    ['n', 'n'],
    ['column 7', 'column 7'],
    ['column12', 'column12'],
    ['x'.repeat(21), 'x'.repeat(21)],
    ['x'.repeat(22), 'an unnamed field'],
    ['column123', 'an unnamed field'],
    ['column 7x', 'an unnamed field'],
    ['7column', 'an unnamed field'],
    ['Column', 'an unnamed field'],
    ['', 'an unnamed field'],
  ])('names an unknown field only if it looks like a name: "%s"', async (field, shown) => {
    const { acme } = await openManager()
    const input = { name: 'Integrations', [field]: '' }
    await expect(acme.createGroup(input)).rejects.toMatchObject({ faults: [{ field: shown }] })
  })

  it('where no field is known', () => {
    const faults = new Faults()
    membersOf({ notes: '' }, [], faults)
    expect(() => faults.throwIfAny()).toThrow(/^"notes" is unknown; known are none$/)
  })
})

describe('whatever is allowed is kept unchanged', () => {
  it.each<[title: string, changes: KeyChanges]>([
    [
      'the longest texts',
      { description: 'x'.repeat(2_000), onBehalfOf: 'x'.repeat(200), inRole: 'x'.repeat(200) },
    ],
    ['empty texts', { description: '', onBehalfOf: '', inRole: '' }],
    ['10,000 rules', { allowedIps: Array(10_000).fill('192.0.2.7') }],
    ['the first moment', { expiresAt: new Date('1970-01-01T00:00:00.000Z') }],
    ['the last moment', { expiresAt: new Date('9999-12-31T23:59:59.999Z') }],
    ['metadata of 16,000 characters', { metadata: { x: 'x'.repeat(15_992) } }],
    ['every kind of JSON value', { metadata: { a: null, b: [true, 1.5, 'x'], c: { d: {} } } }],
  ])('%s', async (_, changes) => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    expect(await acme.updateKey(key.id, changes)).toMatchObject(changes)
    expect(await acme.getKey(key.id)).toMatchObject(changes)
  })

  it('a name of 200 characters', async () => {
    const { acme } = await openManager()
    const name = 'x'.repeat(200)
    expect(await acme.createGroup({ name })).toMatchObject({ name, description: null })
  })

  it('what a change sets to undefined', async () => {
    const { acme } = await openManager()
    const { id } = await acme.createGroup({ name: 'Integrations', description: 'Machines' })
    const nothing = { name: undefined, description: undefined } as unknown as Partial<GroupInput>
    expect(await acme.updateGroup(id, nothing)).toMatchObject({
      name: 'Integrations',
      description: 'Machines',
    })
  })

  it('null takes away what a key had', async () => {
    const { acme } = await openManager()
    const { key } = await withKey(acme)
    const given = {
      description: 'x',
      onBehalfOf: 'jdoe',
      inRole: 'Operator',
      expiresAt: new Date(),
      metadata: {},
    }
    await acme.updateKey(key.id, given)
    const nothing = { description: null, onBehalfOf: null, inRole: null, expiresAt: null, metadata: null }
    expect(await acme.updateKey(key.id, nothing)).toMatchObject(nothing)
  })
})
