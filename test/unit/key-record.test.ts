import { createAuthorizer, type Denied, type KeyRecord, sha256Digest } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { parseKeyRecord } from '../../src/key-record.js'
import { recordOf, requestWith } from '../support/key-requests.js'
import { canary, expectError } from '../support/refusals.js'
import { answeringStore } from '../support/scripted-store.js'

const referenceId = canary
const digest = sha256Digest()(referenceId)
const good = recordOf(referenceId, { id: 'key-1' })

const text = [
  ['undefined', undefined],
  ['null', null],
  ['an empty text', ''],
  ['a number', 7],
  ['NaN', Number.NaN],
  ['true', true],
  ['a bigint', 7n],
  ['a symbol', Symbol(canary)],
  ['a function', () => canary],
  ['an object', { canary }],
  ['a list', []],
  ['a list with a text', [canary]],
  ['a boxed text', new String(canary)],
  ['bytes', Buffer.from(canary)],
  ['a Date', new Date(0)],
] as const

const optionalText = text.filter(([title]) => !['undefined', 'null', 'an empty text'].includes(title))

class Limits {
  readonly canary = canary
}
const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

const wrong: Readonly<Record<keyof KeyRecord, readonly (readonly [title: string, value: unknown])[]>> = {
  id: text,
  tenantId: text,
  digest: [
    ...text,
    ['the digest of another key', sha256Digest()('another')],
    ['the digest in upper case', digest.toUpperCase()],
    ['the digest and a blank', `${digest} `],
    ['the digest and NUL', `${digest}\0`],
    ['the digest cut short', digest.slice(0, -1)],
    ['the digest with a full-width digit', digest.replace(/[0-9]/, '\uff10')],
    ['the Reference ID', referenceId],
    ['the clear-text digest', `plain:${referenceId}`],
  ],
  activated: [
    ['undefined', undefined],
    ['null', null],
    ['1', 1],
    ['0', 0],
    ['the text "true"', 'true'],
    ['the text "false"', 'false'],
    ['the text "t"', 't'],
    ['an empty text', ''],
    ['a bit', Buffer.from([1])],
    ['a boxed true', new Boolean(true)],
    ['a bigint', 1n],
    ['a list', [true]],
    ['an object', {}],
    ['a function', () => true],
  ],
  groupId: optionalText,
  description: optionalText,
  onBehalfOf: optionalText,
  inRole: optionalText,
  allowedIps: [
    ['a text', '192.0.2.7'],
    ['an empty text', ''],
    ['a comma list', '192.0.2.7,192.0.2.8'],
    ['JSON', '["192.0.2.7"]'],
    ['a number', 0],
    ['false', false],
    ['an object', { 0: '192.0.2.7', length: 1 }],
    ['a Set', new Set(['192.0.2.7'])],
    ['a list with a number', ['192.0.2.7', 3221225991]],
    ['a list with null', [null]],
    ['a list with undefined', [undefined]],
    ['a list with a list', [['192.0.2.7']]],
    ['a list with a boxed text', [new String('192.0.2.7')]],
  ],
  expiresAt: [
    ['a number', Date.now() + 1e6],
    ['0', 0],
    ['a text', '2999-01-01T00:00:00.000Z'],
    ['an empty text', ''],
    ['an invalid Date', new Date(Number.NaN)],
    ['false', false],
    ['an object', { getTime: () => 1e15 }],
    ['a list', [new Date(0)]],
  ],
  metadata: [
    ['a text', canary],
    ['JSON', '{"plan":"gold"}'],
    ['an empty text', ''],
    ['a number', 0],
    ['false', false],
    ['a list', [{ canary }]],
    ['a Map', new Map([['canary', canary]])],
    ['a Date', new Date(0)],
    ['an instance of a class', new Limits()],
    ['an object with a Date in it', { since: new Date(0) }],
    ['an object with a function in it', { canary: () => canary }],
    ['an object with a bigint in it', { limit: 1n }],
    ['an object with NaN in it', { limit: Number.NaN }],
    ['an object with undefined in a list', { list: [undefined] }],
    ['a cycle', cyclic],
  ],
}

async function denialOf(store: ReturnType<typeof answeringStore>): Promise<Denied> {
  const authorizer = createAuthorizer({ store })
  const decision = await authorizer.authorize(requestWith(referenceId))
  if (decision.allowed) expect.fail('the record is accepted')

  // Nothing of it is kept: once the store is right, the key works.
  const reads = store.reads.length
  store.answer = async () => good
  expect(await authorizer.authorize(requestWith(referenceId))).toMatchObject({ allowed: true })
  expect(store.reads).toHaveLength(reads + 1)
  return decision
}

describe.each(Object.entries(wrong))(
  'a record is no record, and no unknown key, if "%s"',
  (field, values) => {
    it.each(values)('is %s', async (_, value) => {
      const denial = await denialOf(answeringStore(async () => ({ ...good, [field]: value })))
      expect(denial).toMatchObject({ reason: 'store_unavailable', response: { status: 503 } })
      expectError(denial.cause, 'invalid_record', `"${field}"`)
    })
  },
)

describe.each(['id', 'tenantId', 'digest', 'activated'])('a record without "%s"', (field) => {
  it('is no record', async () => {
    const { [field as 'id']: _, ...rest } = good
    const denial = await denialOf(answeringStore(async () => rest))
    expectError(denial.cause, 'invalid_record', `"${field}"`)
  })
})

it.each<[title: string, value: unknown]>([
  ['undefined', undefined],
  ['false', false],
  ['0', 0],
  ['an empty text', ''],
  ['a text', canary],
  ['a number', 1],
  ['true', true],
  ['an empty list', []],
  ['a list with the record', [good]],
  ['a function', () => good],
  ['a symbol', Symbol(canary)],
])('in place of a record, %s is a failure of the store', async (_, value) => {
  const denial = await denialOf(answeringStore(async () => value))
  expect(denial).toMatchObject({ reason: 'store_unavailable', response: { status: 503 } })
  expectError(denial.cause, 'invalid_record', 'A store must return a record or null')
})

it('null in place of one of several records is a failure of the store', async () => {
  expect(() => parseKeyRecord(null, digest)).toThrow('A store must return a record or null')
})

it('a record whose field throws is a failure of the store', async () => {
  const denial = await denialOf(
    answeringStore(async () =>
      Object.defineProperty({ ...good }, 'tenantId', {
        get() {
          throw new Error(canary)
        },
      }),
    ),
  )
  expect(denial.reason).toBe('store_unavailable')
  expectError(denial.cause, 'store_failed')
})

describe('the message about a field', () => {
  it.each<[field: string, value: unknown, message: string]>([
    ['activated', 1, 'Field "activated" of a record must be true or false, not 1; convert it in the store'],
    [
      'activated',
      'true',
      'Field "activated" of a record must be true or false, not a string; convert it in the store',
    ],
    ['id', 7, 'Field "id" of a record must be a text that is not empty, not 7; convert it in the store'],
    [
      'tenantId',
      '',
      'Field "tenantId" of a record must be a text that is not empty, not an empty string; convert it in the store',
    ],
    [
      'inRole',
      [],
      'Field "inRole" of a record must be a text or null, not an array; convert it in the store',
    ],
    [
      'expiresAt',
      0,
      'Field "expiresAt" of a record must be a valid Date or null, not 0; convert it in the store',
    ],
    [
      'metadata',
      '{}',
      'Field "metadata" of a record must be an object of JSON values or null, not a string; convert it in the store',
    ],
    [
      'allowedIps',
      '',
      'Field "allowedIps" of a record must be a list of texts or null, not an empty string; convert it in the store',
    ],
    [
      'allowedIps',
      [7],
      'Field "allowedIps" of a record must be a list of texts or null, not an array; convert it in the store',
    ],
    [
      'digest',
      48151623,
      'Field "digest" of a record must be the text that was looked up; compare bytes in the store',
    ],
    [
      'digest',
      digest.slice(1),
      'Field "digest" of a record must be the text that was looked up; compare bytes in the store',
    ],
  ])('%s, %j', (field, value, message) => {
    expect(() => parseKeyRecord({ ...good, [field]: value }, digest)).toThrow(message)
  })
})

describe('a good record', () => {
  it('with nothing but what is required has null for the rest', () => {
    expect(parseKeyRecord(good, digest)).toEqual({
      id: 'key-1',
      tenantId: 'acme',
      activated: true,
      groupId: null,
      description: null,
      onBehalfOf: null,
      inRole: null,
      allowedIps: [],
      expiresAtMs: null,
      metadata: null,
    })
  })

  it.each(['groupId', 'description', 'onBehalfOf', 'inRole', 'allowedIps', 'expiresAt', 'metadata'])(
    'takes null and undefined for an absent "%s"',
    (field) => {
      const absent = parseKeyRecord(good, digest)
      expect(parseKeyRecord({ ...good, [field]: null }, digest)).toEqual(absent)
      expect(parseKeyRecord({ ...good, [field]: undefined }, digest)).toEqual(absent)
    },
  )

  it('keeps every field, without the digest', () => {
    const facts = {
      groupId: 'group-1',
      description: '',
      onBehalfOf: 'jdoe',
      inRole: 'Operator',
      allowedIps: ['192.0.2.7'],
      metadata: { plan: 'gold' },
    }
    const expiresAt = new Date(86_400_000)
    expect(parseKeyRecord({ ...good, ...facts, activated: false, expiresAt }, digest)).toEqual({
      id: 'key-1',
      tenantId: 'acme',
      activated: false,
      ...facts,
      expiresAtMs: 86_400_000,
    })
  })

  it('may have fields that nobody knows, and may be an instance of a class', () => {
    class Row {
      readonly extra = canary
    }
    const parsed = parseKeyRecord(Object.assign(new Row(), good), digest)
    expect(parsed).toEqual(parseKeyRecord(good, digest))
  })

  it('is read from what it holds, not from what methods of its own say', () => {
    const expiresAt = Object.assign(new Date(1_000), { getTime: () => null })
    const allowedIps = Object.assign(['192.0.2.7'], { [Symbol.iterator]: () => [][Symbol.iterator]() })
    expect(parseKeyRecord({ ...good, allowedIps, expiresAt }, digest)).toMatchObject({
      allowedIps: ['192.0.2.7'],
      expiresAtMs: 1_000,
    })
  })

  it('is copied: the store may reuse what it returned', () => {
    const record = {
      ...good,
      allowedIps: ['192.0.2.7'],
      expiresAt: new Date(1_000),
      metadata: { list: ['a'] },
    }
    const parsed = parseKeyRecord(record, digest)
    record.allowedIps.push('0.0.0.0/0')
    record.expiresAt.setTime(2_000)
    record.metadata.list.push('b')
    expect(parsed).toMatchObject({
      allowedIps: ['192.0.2.7'],
      expiresAtMs: 1_000,
      metadata: { list: ['a'] },
    })
  })
})
