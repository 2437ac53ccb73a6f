import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type KeyNames, keyNames } from '../../src/stores/redis/key-names.js'

const names = keyNames('rest-api-key')
const kinds = Object.keys(names) as (keyof KeyNames)[]

/** Texts made of what names are made of, where a collision is likeliest. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', ':', '{', '}', '%', '3', 'A', '\n', '\0', '*', '漢') }),
  fc.string({ unit: 'grapheme' }).filter((any) => any.isWellFormed()),
)
const call = fc
  .constantFrom(...kinds)
  .chain((kind) => fc.tuple(fc.constant(kind), fc.array(text, { minLength: 2, maxLength: 2 })))
  .map(([kind, parts]) => ({ kind, parts: parts.slice(0, names[kind].length) }))

function nameOf({ kind, parts }: { kind: keyof KeyNames; parts: readonly string[] }): string {
  return (names[kind] as (...parts: readonly string[]) => string)(...parts)
}

describe('names of Redis keys', () => {
  it('are equal only for the same thing', () => {
    fc.assert(
      fc.property(call, call, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other)
        return (nameOf(one) === nameOf(other)) === isSame
      }),
      { seed: 1, numRuns: 20_000 },
    )
  })

  it('have one pair of braces, around the prefix, whatever is named', () => {
    fc.assert(
      fc.property(call, (any) => /^\{rest-api-key\}:[^{}\s]+$/.test(nameOf(any))),
      { seed: 1, numRuns: 5_000 },
    )
  })

  it('can be read by a person, and stay as they are: stores have been written under them', () => {
    expect(
      Object.values({
        record: names.record('0123abcd'),
        digestOf: names.digestOf('key-1'),
        lastUse: names.lastUse('key-1'),
        group: names.group('acme', 'group-1'),
        changes: names.changes(),
        event: names.event('event-1'),
        groups: names.groups('acme'),
        keys: names.keys('acme'),
        keysOfGroup: names.keysOfGroup('acme', 'group-1'),
        audit: names.audit('acme'),
        auditOfGroup: names.auditOfGroup('acme', 'group-1'),
        auditOfKey: names.auditOfKey('acme', 'key-1'),
      } satisfies Record<keyof KeyNames, string>),
    ).toEqual([
      '{rest-api-key}:record:0123abcd',
      '{rest-api-key}:digest:key-1',
      '{rest-api-key}:last-use:key-1',
      '{rest-api-key}:group:acme:group-1',
      '{rest-api-key}:changes',
      '{rest-api-key}:event:event-1',
      '{rest-api-key}:groups:acme',
      '{rest-api-key}:keys:acme',
      '{rest-api-key}:group-keys:acme:group-1',
      '{rest-api-key}:audit:acme',
      '{rest-api-key}:group-audit:acme:group-1',
      '{rest-api-key}:key-audit:acme:key-1',
    ])
    expect(keyNames('other').keys('ac:me')).toBe('{other}:keys:ac%3Ame')
  })
})
