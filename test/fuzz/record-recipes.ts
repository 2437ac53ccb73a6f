import fc from 'fast-check'
import { recordOf } from '../support/key-requests.js'
import { canary, kindsOf, type ValueName, values } from './record-values.js'

type Field = keyof typeof kindsOf

/** How a store comes to what it answers; in words, so that a report can show it. */
export interface RecordRecipe {
  readonly fields: Readonly<Record<string, ValueName>>
  readonly digest: DigestName
  readonly shape: ShapeName
}

const digests = {
  right: (digest: string): unknown => digest,
  'in upper case': (digest: string) => digest.toUpperCase(),
  padded: (digest: string) => `${digest} `,
  shortened: (digest: string) => digest.slice(0, -1),
  'as bytes': (digest: string) => Buffer.from(digest),
  'as an object': (digest: string) => new String(digest),
  'in a list': (digest: string) => [digest],
  other: () => canary,
  absent: () => undefined,
}
type DigestName = keyof typeof digests

type Fields = Readonly<Record<string, unknown>>
const throws = () => {
  throw new Error(canary)
}
const described = (fields: Fields, describe: (name: string, value: unknown) => PropertyDescriptor): unknown =>
  Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, { ...describe(name, value), enumerable: true }]),
    ),
  )

/** Says it once, and something else from then on; a list of records is looked through by digest first. */
function readOnce(name: string, value: unknown): PropertyDescriptor {
  let times = 0
  return {
    get: () => (times++ === 0 || name === 'digest' ? value : { activated: true, tenantId: 'acme' }[name]),
  }
}

/** Those whose record is as good as its fields. */
const goodShapes = {
  plain: (fields: Fields): unknown => fields,
  frozen: (fields: Fields) => Object.freeze({ ...fields }),
  'without a prototype': (fields: Fields) => Object.assign(Object.create(null), fields),
  'of a class': (fields: Fields) => Object.assign(new (class Row {})(), fields),
  inherited: (fields: Fields) => Object.create(fields),
  'with getters': (fields: Fields) => described(fields, (_, value) => ({ get: () => value })),
  'with getters that change': (fields: Fields) => described(fields, readOnce),
  'with more': (fields: Fields) => ({
    ...fields,
    deletedAt: 1,
    valid: true,
    toJSON: throws,
    [canary]: canary,
  }),
  'behind a proxy': (fields: Fields) => new Proxy({ ...fields }, {}),
  'with a __proto__': (fields: Fields) =>
    Object.assign(JSON.parse('{"__proto__":{"activated":true}}'), fields),
}

/** Those that are no record, whatever is in them. */
const badShapes = {
  'that throws': (fields: Fields): unknown => described(fields, () => ({ get: throws })),
  'whose tenant throws': (fields: Fields) =>
    described(fields, (name, value) => ({ get: name === 'tenantId' ? throws : () => value })),
  'behind a proxy that throws': () =>
    new Proxy({}, { get: throws, has: throws, ownKeys: throws, getPrototypeOf: throws }),
  'in a list': (fields: Fields) => [fields],
  'as JSON': () => JSON.stringify({ text: canary }),
  'as a function': (fields: Fields) => Object.assign(() => true, fields),
  'as a map': (fields: Fields) => new Map(Object.entries(fields)),
  undefined: () => undefined,
  true: () => true,
  'the digest': ({ digest }: Fields) => digest,
  zero: () => 0,
}
const shapes = { ...goodShapes, ...badShapes }
type ShapeName = keyof typeof shapes

const names = <Name extends string>(of: Readonly<Record<Name, unknown>>) => Object.keys(of) as Name[]

function valueFor(field: Field): fc.Arbitrary<ValueName> {
  const fitting = names(values).filter((name) => kindsOf[field]?.includes(values[name].kind))
  return fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...fitting) },
    { weight: 1, arbitrary: fc.constantFrom(...names(values)) },
  )
}

/** A record that is right, or wrong in one place or another. */
export const recordRecipe: fc.Arbitrary<RecordRecipe> = fc.record({
  fields: fc.record(
    Object.fromEntries(names(kindsOf).map((field) => [field, valueFor(field)])),
  ) as fc.Arbitrary<RecordRecipe['fields']>,
  digest: fc.oneof(
    { weight: 12, arbitrary: fc.constant('right' as const) },
    fc.constantFrom(...names(digests)),
  ),
  shape: fc.oneof(
    { weight: 6, arbitrary: fc.constant('plain' as const) },
    { weight: 4, arbitrary: fc.constantFrom(...names(goodShapes)) },
    { weight: 1, arbitrary: fc.constantFrom(...names(badShapes)) },
  ),
})

/** What the store answers for a Reference ID. */
export function made({ fields, digest, shape }: RecordRecipe, referenceId: string): unknown {
  const right = recordOf(referenceId).digest
  const made = Object.entries(fields).map(([name, value]) => [name, values[value].make()] as const)
  const present = made.filter(([name]) => fields[name] !== 'absent')
  return shapes[shape]({ digest: digests[digest](right), ...Object.fromEntries(present) })
}

/** Whether it can be told to be the record of the digest that was asked for. */
export function isNamed({ digest, shape }: RecordRecipe): boolean {
  return (
    digest === 'right' &&
    (shape in goodShapes || shape === 'whose tenant throws' || shape === 'as a function')
  )
}

/** The outcome for a request of `acme` from 192.0.2.7, told from the recipe alone. */
export function expectedOf(recipe: RecordRecipe | null): string {
  if (recipe === null) return 'unknown_key'
  const kind = (field: string) => values[recipe.fields[field] as ValueName].kind as string
  const isRight = names(kindsOf).every((field) => kindsOf[field]?.includes(kind(field)))
  if (!isRight || recipe.digest !== 'right' || recipe.shape in badShapes) return 'store_unavailable'
  if (kind('activated') === 'no') return 'deactivated'
  if (kind('expiresAt') === 'past') return 'expired'
  if (recipe.fields.tenantId !== 'acme') return 'wrong_tenant'
  return kind('allowedIps') === 'other ips' ? 'ip_not_allowed' : 'allowed'
}
