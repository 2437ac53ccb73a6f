import { authorizationFor, createAuthorizer, referenceIds, sha256Digest } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { outcomeOf, requestWith } from '../support/key-requests.js'
import { canary, expectRefusal } from '../support/refusals.js'
import { answeringStore } from '../support/scripted-store.js'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const idCharacters = `${base62}-._~`
const randomLength = 30
const checkLength = 6

const ids = referenceIds()
const samples = (count: number, from = ids) => Array.from({ length: count }, () => from.generate())

describe('a generated Reference ID', () => {
  it('is the prefix and 36 letters and digits', () => {
    for (const id of samples(1_000)) expect(id).toMatch(/^rak_[0-9A-Za-z]{36}$/)
  })

  it('can be sent as it is', () => {
    for (const id of samples(100)) expect(authorizationFor(id)).toBe(`rest_api_key=${id}`)
  })

  it('is known as generated, by every description with this prefix', () => {
    for (const id of samples(1_000)) {
      expect(ids.check(id)).toBe('generated')
      expect(referenceIds({ prefix: 'rak_' }).check(id)).toBe('generated')
    }
  })

  it('has at least 160 random bits, drawn evenly from the whole alphabet', () => {
    expect(randomLength * Math.log2(base62.length)).toBeGreaterThanOrEqual(160)
    const counts = new Map([...base62].map((character) => [character, 0]))
    const drawn = 10_000
    for (const id of samples(drawn)) {
      for (const character of id.slice(4, 4 + randomLength)) {
        counts.set(character, (counts.get(character) ?? Number.NaN) + 1)
      }
    }
    const even = (drawn * randomLength) / base62.length
    // A byte taken modulo 62 would make the first eight characters likelier by a fifth.
    for (const count of counts.values()) expect(Math.abs(count / even - 1)).toBeLessThan(0.1)
  })

  it('is never the same twice, nor is any part of it constant', () => {
    const many = samples(20_000)
    expect(new Set(many).size).toBe(many.length)
    for (let place = 4; place < 4 + randomLength; place++) {
      expect(new Set(many.slice(0, 2_000).map((id) => id[place])).size).toBe(base62.length)
    }
  })
})

describe('a mistyped Reference ID', () => {
  const prefix = 'rak_'
  const kindOf = (typo: string) => (typo.startsWith(prefix) ? 'mistyped' : 'foreign')

  it('is recognised by any wrong character; in the prefix it makes the id foreign', () => {
    const wrong: string[] = []
    for (const id of samples(20)) {
      for (let place = 0; place < id.length; place++) {
        for (const character of idCharacters) {
          const typo = id.slice(0, place) + character + id.slice(place + 1)
          if (typo !== id && ids.check(typo) !== kindOf(typo)) wrong.push(typo)
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it('is recognised by any two neighbours that changed places', () => {
    const wrong: string[] = []
    for (const id of samples(500)) {
      for (let place = 0; place + 1 < id.length; place++) {
        const typo = id.slice(0, place) + id[place + 1] + id[place] + id.slice(place + 2)
        if (typo !== id && ids.check(typo) !== kindOf(typo)) wrong.push(typo)
      }
    }
    expect(wrong).toEqual([])
  })

  it.each<[title: string, change: (id: string) => string, expected: string]>([
    ['in other case', (id) => prefix + swapCase(id.slice(4)), 'mistyped'],
    [
      'with the check of another id',
      (id) => id.slice(0, -checkLength) + ids.generate().slice(-checkLength),
      'mistyped',
    ],
    ['with a check of zeros', (id) => id.slice(0, -checkLength) + '0'.repeat(checkLength), 'mistyped'],
    ['with a full-width digit', (id) => `${id.slice(0, -1)}\uff10`, 'mistyped'],
    ['with the prefix in upper case', (id) => id.replace('rak_', 'RAK_'), 'foreign'],
    ['with a character too few', (id) => id.slice(0, -1), 'foreign'],
    ['with a character too many', (id) => `${id}0`, 'foreign'],
    ['without its prefix', (id) => id.slice(4), 'foreign'],
    ['twice in a row', (id) => id + id, 'foreign'],
  ])('%s is %s', (_, change, expected) => {
    for (const id of samples(20)) expect(ids.check(change(id))).toBe(expected)
  })

  it('is recognised where a character has the same low byte as the right one', () => {
    for (const id of samples(20)) {
      for (let place = 4; place < id.length; place++) {
        const lookAlike = String.fromCharCode(id.charCodeAt(place) + 0x100)
        expect(ids.check(id.slice(0, place) + lookAlike + id.slice(place + 1))).toBe('mistyped')
      }
    }
  })
})

it.each(['0123456789ABCDEF0123456789ABCDEF', 'FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', '', 'a', 'rak_', 'rak_1'])(
  'the foreign id %j has no check',
  (id) => {
    expect(ids.check(id)).toBe('foreign')
  },
)

describe('with a prefix of its own', () => {
  it.each(['x', 'incidents_', 'acme-live.v1~', 'r'.repeat(32)])('%s begins every id', (prefix) => {
    const own = referenceIds({ prefix })
    expect(own.prefix).toBe(prefix)
    for (const id of samples(20, own)) {
      expect(id.startsWith(prefix)).toBe(true)
      expect(id).toHaveLength(prefix.length + randomLength + checkLength)
      expect(own.check(id)).toBe('generated')
      expect(ids.check(id)).toBe('foreign')
    }
  })

  it('the check covers the prefix', () => {
    const id = referenceIds({ prefix: 'live_' }).generate()
    expect(referenceIds({ prefix: 'test_' }).check(id.replace('live_', 'test_'))).toBe('mistyped')
  })

  it.each<[title: string, prefix: unknown]>([
    ['an empty one', ''],
    ['one of 33 characters', 'r'.repeat(33)],
    ['a blank', 'rak '],
    ['a colon', 'plain:'],
    ['a character outside ASCII', 'rak\u212a'],
    ['null', null],
    ['a number', 1],
    ['a pattern', /rak_/],
  ])('%s is refused', (_, prefix) => {
    expectRefusal(
      () => referenceIds({ prefix: prefix as string }),
      'invalid_option',
      '"prefix"',
      '1 to 32 characters of A-Z a-z 0-9 - . _ ~',
    )
  })

  it('a mistyped option is refused', () => {
    expectRefusal(
      () => referenceIds({ prefx: canary } as never),
      'unknown_option',
      '"prefx"',
      'referenceIds',
      '"prefix"',
    )
  })
})

describe('given to an authorizer', () => {
  const rows = answeringStore(async () => null)
  const mistyped = (id: string) => id.slice(0, -1) + (id.endsWith('0') ? '1' : '0')

  it.each<[title: string, id: string, cause: string | undefined, lookedUp: boolean]>([
    ['a mistyped id is unknown without a look-up', mistyped(ids.generate()), 'reference_id_mistyped', false],
    ['a generated id is looked up', ids.generate(), undefined, true],
    ['a foreign id is looked up', '0123456789ABCDEF0123456789ABCDEF', undefined, true],
    [
      'an id of another prefix is looked up',
      mistyped(referenceIds({ prefix: 'old_' }).generate()),
      undefined,
      true,
    ],
    ['an id of the prefix and another length is looked up', 'rak_1', undefined, true],
  ])('%s', async (_, id, cause, lookedUp) => {
    const store = answeringStore(rows.answer)
    const authorizer = createAuthorizer({ store, referenceIds: ids })
    const decision = await authorizer.authorize(requestWith(id))
    expect(outcomeOf(decision)).toBe('unknown_key')
    expect('cause' in decision ? decision.cause : undefined).toBe(cause)
    expect(store.reads).toEqual(lookedUp ? [sha256Digest()(id)] : [])
  })

  it('a mistyped id is answered like any unknown one', async () => {
    const authorizer = createAuthorizer({ store: rows, referenceIds: ids })
    const [one, other] = await Promise.all(
      [mistyped(ids.generate()), 'nobody'].map((id) => authorizer.authorize(requestWith(id))),
    )
    if (one === undefined || one.allowed || other === undefined || other.allowed)
      expect.fail('both are refused')
    expect(one.response).toEqual(other.response)
  })

  it('without them a mistyped id is looked up', async () => {
    const store = answeringStore(rows.answer)
    await createAuthorizer({ store }).authorize(requestWith(mistyped(ids.generate())))
    expect(store.reads).toHaveLength(1)
  })
})

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}
