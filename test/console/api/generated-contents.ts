import type { Schema } from './checked-against.js'

type Case = readonly [what: string, content: unknown]

const anything = [null, true, 7, 'text', '', [], ['text'], [null], {}, { a: 1 }]

/** A content that fits the schema, and contents that differ from it in one place. `ids` are those that there are. */
export function contentsFor(
  { properties = {}, oneOf = [] }: Schema,
  ids: Readonly<Record<string, string>>,
): [Case, ...Case[]] {
  const all = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, ids[name] ?? sample(property)]),
  )
  // Of alternatives, one at a time.
  const choices = oneOf.length === 0 ? [all] : oneOf.map(({ required }) => chosen(all, oneOf, required))
  return [
    ['everything', choices[0]],
    ...choices.flatMap((content) => variantsOf(content, properties)),
    ['everything at once', all],
    ['nothing', {}],
    ...anything.map((value): Case => [JSON.stringify(value), value]),
  ]
}

/** A value that fits the schema. */
function sample({ type, examples: [example] = [], format }: Schema): unknown {
  if (example !== undefined) return example
  if (type === 'boolean') return true
  if (format === 'date-time') return '2030-01-31T12:00:00+02:00'
  return type?.includes('object') ? { plan: 'gold', seats: 3 } : 'jdoe'
}

function chosen(all: object, oneOf: Required<Schema>['oneOf'], kept: readonly string[]): object {
  const left = oneOf.flatMap(({ required }) => required).filter((name) => !kept.includes(name))
  return Object.fromEntries(Object.entries(all).filter(([name]) => !left.includes(name)))
}

function variantsOf(content: object, properties: Readonly<Record<string, Schema>>): Case[] {
  const members = Object.entries(content)
  const unknown = ['unknown', 'version', 'tenant', 'digest', '__proto__', 'Description']
  return [
    ...members.map(([name]): Case => {
      return [`everything but ${name}`, Object.fromEntries(members.filter(([other]) => other !== name))]
    }),
    ...members.flatMap(([name]) =>
      [...anything, ...lengthsFor(properties[name])].map((value): Case => {
        return [`${name}: ${JSON.stringify(value).slice(0, 20)}`, { ...content, [name]: value }]
      }),
    ),
    ...unknown.map((name): Case => [`with ${name}`, { ...content, [name]: 'x' }]),
  ]
}

function lengthsFor({ maxLength }: Schema = {}): string[] {
  return maxLength === undefined ? [] : ['x'.repeat(maxLength), 'x'.repeat(maxLength + 1)]
}
