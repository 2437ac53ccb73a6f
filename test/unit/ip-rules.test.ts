import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createAddressReader } from '../../src/address-reader.js'
import { allowsAddress, compileIpRules, ruleNaming } from '../../src/ip-rules.js'
import { anyAddress, anyRule, editedRule } from '../support/ip-arbitraries.js'
import { ipOracle } from '../support/ip-oracle.js'

const seed = 20_250_101

/** Rules as an authorizer uses them. */
function rulesOf(texts: readonly string[]) {
  const rules = compileIpRules(texts)
  const read = createAddressReader()
  return {
    allows: (ip: string | undefined) => allowsAddress(rules, read(ip)),
    matching: (ip: string | undefined) => ruleNaming(texts, ip),
  }
}

afterEach(() => vi.restoreAllMocks())

describe('compileIpRules and BlockList behind a gate', () => {
  it('agree on 100,000 cases', () => {
    const numRuns = 2_000
    const addressesPerRun = 50
    const counts = { cases: 0, allowed: 0, disagreements: [] as string[] }
    fc.assert(
      fc.property(
        fc.array(anyRule, { minLength: 1, maxLength: 8 }),
        fc.array(anyAddress, { minLength: addressesPerRun, maxLength: addressesPerRun }),
        (texts, addresses) => {
          const rules = rulesOf(texts)
          const expected = ipOracle(texts)
          if (expected === undefined) expect.fail(`the gate refuses one of ${texts.join(' ')}`)
          for (const address of addresses) {
            const allowed = rules.allows(address)
            const agree = allowed === expected(address)
            if (!agree) counts.disagreements.push(`${address} under ${texts.join(' ')}: ${allowed}`)
            counts.cases++
            if (allowed) counts.allowed++
          }
        },
      ),
      { seed, numRuns },
    )
    expect(counts.disagreements).toEqual([])
    expect(counts.cases).toBe(100_000)
    // Neither outcome is rare, or the test would show little.
    expect(counts.allowed).toBeGreaterThan(20_000)
    expect(counts.allowed).toBeLessThan(80_000)
  })

  it('agree on which texts are rules, also if a character is out of place', () => {
    const counts = { valid: 0, invalid: 0 }
    fc.assert(
      fc.property(editedRule, (text) => {
        const valid = ipOracle([text]) !== undefined
        counts[valid ? 'valid' : 'invalid']++
        expect(compiles(text), text).toBe(valid)
      }),
      { seed, numRuns: 20_000 },
    )
    expect(counts.valid).toBeGreaterThan(5_000)
    expect(counts.invalid).toBeGreaterThan(5_000)
  })

  it('agree on which rule is the first that names an address', () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 6 }),
        fc.array(anyAddress, { maxLength: 10 }),
        (texts, addresses) => {
          const rules = rulesOf(texts)
          for (const address of addresses) {
            const first = texts.find((text) => ipOracle([text])?.(address))
            expect(rules.matching(address)).toBe(first)
            expect(rules.allows(address)).toBe(first !== undefined)
          }
        },
      ),
      { seed, numRuns: 1_000 },
    )
  })
})

function compiles(text: string): boolean {
  try {
    compileIpRules([text])
    return true
  } catch {
    return false
  }
}

describe('the rules', () => {
  it.each<[rule: string, address: string, allowed: boolean]>([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.7', '::ffff:192.0.2.7', true],
    ['192.0.2.7', '::ffff:c000:207', true],
    ['192.0.2.7', '0:0:0:0:0:FFFF:C000:0207', true],
    ['192.0.2.7', '::192.0.2.7', false],
    ['192.0.2.7', '64:ff9b::192.0.2.7', false],
    ['192.0.2.7', '::ffff:0:192.0.2.7', false],
    ['::ffff:192.0.2.7', '192.0.2.7', true],
    ['::ffff:c000:207', '192.0.2.7', true],
    ['::192.0.2.7', '192.0.2.7', false],
    ['::192.0.2.7', '::c000:207', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['::1', '0.0.0.1', false],
    ['::1', '::0.0.0.1', true],
    ['0.0.0.1', '::1', false],
    ['2001:DB8::1', '2001:db8:0:0::1', true],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.99/24', '192.0.2.0', true],
    ['192.0.2.99/24', '::ffff:192.0.2.1', true],
    ['192.0.2.7/32', '192.0.2.7', true],
    ['192.0.2.7/32', '192.0.2.6', false],
    ['192.0.2.6/31', '192.0.2.7', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '::ffff:1.2.3.4', true],
    ['0.0.0.0/0', '::', false],
    ['0.0.0.0/0', '::1.2.3.4', false],
    ['128.0.0.0/1', '128.0.0.0', true],
    ['128.0.0.0/1', '127.255.255.255', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '1.2.3.4', false],
    ['::/0', '::ffff:1.2.3.4', false],
    ['::ffff:192.0.2.0/120', '192.0.2.255', true],
    ['::ffff:192.0.2.0/120', '192.0.3.0', false],
    ['::ffff:0:0/96', '192.0.2.7', true],
    ['::ffff:0:0/96', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['2001:db8::1/128', '2001:db8::1', true],
    ['2001:db8::1/128', '2001:db8::2', false],
    ['192.0.2.7-192.0.2.9', '192.0.2.7', true],
    ['192.0.2.7-192.0.2.9', '192.0.2.9', true],
    ['192.0.2.7-192.0.2.9', '192.0.2.10', false],
    ['192.0.2.7-192.0.2.9', '192.0.2.6', false],
    ['192.0.2.7-192.0.2.7', '192.0.2.7', true],
    ['::ffff:192.0.2.7-192.0.2.9', '192.0.2.8', true],
    ['0.0.0.0-255.255.255.255', '::1', false],
    ['2001:db8::a-2001:db8::f', '2001:db8::c', true],
    ['2001:db8::a-2001:db8::f', '2001:db8::10', false],
    ['::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '::ffff:192.0.2.7', false],
    ['::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '192.0.2.7', false],
  ])('%s and %s: %s', (rule, address, allowed) => {
    const rules = rulesOf([rule])
    expect(rules.allows(address)).toBe(allowed)
    // The second answer comes from memory.
    expect(rules.allows(address)).toBe(allowed)
    expect(rules.matching(address)).toBe(allowed ? rule : undefined)
  })

  it('name nothing if there are none', () => {
    expect(rulesOf([]).allows('192.0.2.7')).toBe(false)
  })

  it('are tried together: overlapping, touching and repeated ones', () => {
    const rules = rulesOf([
      '192.0.2.0-192.0.2.20',
      '192.0.2.10-192.0.2.15',
      '192.0.2.21',
      '192.0.2.21',
      '10.0.0.0/8',
      '10.1.0.0/16',
      '2001:db8::/64',
      '2001:db8::1',
    ])
    for (const address of [
      '192.0.2.0',
      '192.0.2.12',
      '192.0.2.18',
      '192.0.2.21',
      '10.255.0.0',
      '2001:db8::2',
    ]) {
      expect(rules.allows(address)).toBe(true)
    }
    for (const address of ['192.0.1.255', '192.0.2.22', '11.0.0.0', '9.255.255.255', '2001:db8:0:1::']) {
      expect(rules.allows(address)).toBe(false)
    }
  })

  it('are copied', () => {
    const list = ['192.0.2.7']
    const rules = rulesOf(list)
    list[0] = '0.0.0.0/0'
    list.push('198.51.100.0/24')
    expect(rules.allows('198.51.100.1')).toBe(false)
    expect(rules.allows('192.0.2.7')).toBe(true)
  })
})

describe('a client address that is none', () => {
  const everything = rulesOf(['0.0.0.0/0', '::/0', '127.0.0.1', '::1', '0.0.0.1-255.255.255.255'])

  it.each<[title: string, address: unknown]>([
    ['unknown', undefined],
    ['null', null],
    ['an empty text', ''],
    ['a word', 'unknown'],
    ['a host name', 'localhost'],
    ['an obfuscated identifier', '_hidden'],
    ['an octal octet', '0177.0.0.1'],
    ['an octet with leading zeros', '192.000.002.007'],
    ['a hexadecimal octet', '0x7f.0.0.1'],
    ['a short form', '127.1'],
    ['a decimal number', '2130706433'],
    ['a hexadecimal number', '0x7f000001'],
    ['an octet above 255', '192.0.2.256'],
    ['five octets', '192.0.2.7.1'],
    ['a port', '192.0.2.7:4711'],
    ['brackets', '[::1]'],
    ['brackets and a port', '[::1]:4711'],
    ['a zone id', 'fe80::1%eth0'],
    ['an empty zone id', 'fe80::1%'],
    ['a zone id on a mapped address', '::ffff:127.0.0.1%1'],
    ['a prefix', '192.0.2.7/32'],
    ['a range', '192.0.2.7-192.0.2.9'],
    ['a wildcard', '192.0.2.*'],
    ['a blank in front', ' 192.0.2.7'],
    ['a blank behind', '192.0.2.7 '],
    ['a line break', '192.0.2.7\n'],
    ['NUL', '192.0.2.7\0'],
    ['a comma list', '192.0.2.7, 127.0.0.1'],
    ['quotes', '"192.0.2.7"'],
    ['a sign', '+192.0.2.7'],
    ['full-width digits', '\uff11\uff19\uff12.0.2.7'],
    ['Arabic digits', '\u0661.0.0.1'],
    ['two gaps', '1::2::3'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['a group of five digits', '::12345'],
    ['an IPv4 address in the middle', '::1.2.3.4:5'],
    ['a list with an address', ['192.0.2.7']],
    ['an object that looks like an address', { toString: () => '192.0.2.7' }],
    ['a number', 2130706433],
  ])('is named by no rule: %s', (_, address) => {
    expect(everything.allows(address as string)).toBe(false)
    expect(everything.matching(address as string)).toBeUndefined()
  })
})

describe('10,000 rules', () => {
  const ipv4 = Array.from({ length: 5_000 }, (_, index) => `10.${index >> 8}.${index & 255}.7`)
  const ipv6 = Array.from({ length: 5_000 }, (_, index) => `2001:db8:${index.toString(16)}::/48`)

  it('answer right for the first, the last and every one between', () => {
    const rules = rulesOf([...ipv6, ...ipv4].reverse())
    const wrong: string[] = []
    const check = (address: string, allowed: boolean) => {
      if (rules.allows(address) !== allowed) wrong.push(address)
    }
    for (let index = 0; index < 5_000; index++) {
      const [high, low] = [index >> 8, index & 255]
      check(`10.${high}.${low}.7`, true)
      check(`10.${high}.${low}.6`, false)
      check(`10.${high}.${low}.8`, false)
      check(`2001:db8:${index.toString(16)}:ffff::1`, true)
    }
    check('10.20.0.7', false)
    check('2001:db8:1388::', false)
    check('2001:db7:ffff::', false)
    check('255.255.255.255', false)
    check('::', false)
    expect(wrong).toEqual([])
  })

  it('parse no more of an address than one rule does', () => {
    const parse = vi.spyOn(ipaddr.IPv6, 'parse')
    for (const list of [['2001:db8::7'], [...ipv4, ...ipv6]]) {
      const rules = rulesOf(list)
      parse.mockClear()
      rules.allows('2001:db8::7')
      expect(parse).toHaveBeenCalledTimes(1)
    }
  })
})
