/** What a value is to a field of a record; `bad` is right for none. */
type Kind =
  | 'text'
  | 'empty text'
  | 'yes'
  | 'no'
  | 'null'
  | 'absent'
  | 'later'
  | 'past'
  | 'ips'
  | 'other ips'
  | 'json'
  | 'bad'

interface Value {
  readonly kind: Kind
  make(): unknown
}

/** Stands in values that are no right ones; no error may show it. */
export const canary = 'CanaryReferenceId0123456789'

const throws = () => {
  throw new Error(canary)
}
const past = new Date('2020-01-01')
const later = new Date('2120-01-01')

function nested(depth: number): unknown {
  return depth === 0 ? {} : { in: nested(depth - 1) }
}

function circular(): unknown {
  const value: Record<string, unknown> = {}
  value.self = value
  return value
}

/** A list that shows something else to whoever iterates over it. */
function listThatIteratesOver(shown: readonly unknown[], held: readonly unknown[]): unknown {
  return Object.assign([...held], { [Symbol.iterator]: () => shown[Symbol.iterator]() })
}

const value = (kind: Kind, make: () => unknown): Value => ({ kind, make })

/** Values of every kind, by names that a report can show. */
export const values = {
  acme: value('text', () => 'acme'),
  globex: value('text', () => 'globex'),
  'empty text': value('empty text', () => ''),
  true: value('yes', () => true),
  false: value('no', () => false),
  null: value('null', () => null),
  absent: value('absent', () => undefined),
  one: value('bad', () => 1),
  zero: value('bad', () => 0),
  NaN: value('bad', () => Number.NaN),
  bigint: value('bad', () => 1n),
  symbol: value('bad', () => Symbol(canary)),
  function: value('bad', () => () => true),
  'text as an object': value('bad', () => new String('acme')),
  'true as an object': value('bad', () => new Boolean(true)),
  'object that is a primitive': value('json', () => ({ [Symbol.toPrimitive]: () => 'acme' })),
  promise: value('bad', () => Promise.resolve(true)),
  'proxy that throws': value(
    'bad',
    () => new Proxy({}, { get: throws, has: throws, ownKeys: throws, getPrototypeOf: throws }),
  ),
  'later date': value('later', () => later),
  'past date': value('past', () => past),
  'invalid date': value('bad', () => new Date(Number.NaN)),
  'object with the methods of a date': value('bad', () => ({
    __proto__: Date.prototype,
    getTime: () => later.getTime(),
  })),
  'past date whose getTime says null': value('past', () =>
    Object.assign(new Date(past), { getTime: () => null }),
  ),
  'past date that is a later number': value('past', () =>
    Object.assign(new Date(past), { valueOf: () => later.getTime() }),
  ),
  rules: value('ips', () => ['192.0.2.0/24', '2001:db8::/32']),
  'rules in hundreds': value('ips', () => Array.from({ length: 300 }, (_, i) => `192.0.2.${i % 256}`)),
  'other rules': value('other ips', () => ['203.0.113.9']),
  'other rules that iterate as none': value('other ips', () => listThatIteratesOver([], ['203.0.113.9'])),
  'no rules': value('ips', () => []),
  'a malformed rule': value('bad', () => ['192.0.2.0/24', canary]),
  'an empty rule': value('bad', () => ['']),
  'a number as a rule': value('bad', () => ['192.0.2.0/24', 7]),
  'a rule with blanks': value('bad', () => [' 192.0.2.7']),
  'rules with a hole': value('bad', () => new Array(1)),
  'rules as a set': value('bad', () => new Set(['192.0.2.7'])),
  'rules that are like a list': value('json', () => ({ 0: '192.0.2.7', length: 1 })),
  object: value('json', () => ({ plan: 'gold', list: [1, 'a', null, { deep: true }], gone: undefined })),
  'object without a prototype': value('json', () => Object.assign(Object.create(null), { a: 1 })),
  'object with a __proto__': value('json', () =>
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'),
  ),
  'object too deep': value('bad', () => nested(40)),
  'object in itself': value('bad', circular),
  'object with a date': value('bad', () => ({ at: past })),
  'object with a function': value('bad', () => ({ toJSON: () => ({}) })),
  'object with a hole': value('bad', () => ({ list: new Array(2) })),
  'object that throws': value('bad', () => Object.defineProperty({}, 'a', { get: throws, enumerable: true })),
  'object of a class': value('bad', () => new (class Account {})()),
  'object too large': value('bad', () => ({ list: new Array(100_001).fill(0) })),
  map: value('bad', () => new Map([['a', 1]])),
} as const satisfies Record<string, Value>

export type ValueName = keyof typeof values

const optionalTexts = ['text', 'empty text', 'null', 'absent']

/** Which kinds of values a field may have. */
export const kindsOf: Readonly<Record<string, readonly string[]>> = {
  id: ['text'],
  tenantId: ['text'],
  activated: ['yes', 'no'],
  groupId: optionalTexts,
  description: optionalTexts,
  onBehalfOf: optionalTexts,
  inRole: optionalTexts,
  allowedIps: ['ips', 'other ips', 'null', 'absent'],
  expiresAt: ['later', 'past', 'null', 'absent'],
  metadata: ['json', 'null', 'absent'],
}
