import { expect, it, describe as suite } from 'vitest'
import {
  assertMethod,
  assertOptions,
  capacity,
  describe,
  describeType,
  invalidOption,
  invalidSecret,
  listOf,
  milliseconds,
  optionalBoolean,
  optionalFunction,
  wholeNumber,
} from '../../src/options.js'
import { canary, expectError, expectRefusal } from '../support/refusals.js'

suite('a value in a message', () => {
  it.each<[value: unknown, shown: string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [0, '0'],
    [-1.5, '-1.5'],
    [Number.NaN, 'NaN'],
    [7n, '7'],
    [true, 'true'],
    ['', 'an empty string'],
    [canary, 'a string'],
    [[], 'an array'],
    [[canary], 'an array'],
    [{ canary }, 'an object'],
    [new Date(0), 'an object'],
    [() => canary, 'a function'],
    [Symbol(canary), 'a symbol'],
  ])('%s is shown as "%s"', (value, shown) => {
    expect(describe(value)).toBe(shown)
  })

  it.each<[value: unknown, shown: string]>([
    [48151623, 'a number'],
    [48151623n, 'a bigint'],
    [true, 'true'],
    ['', 'an empty string'],
    [canary, 'a string'],
    [undefined, 'undefined'],
  ])('%s is shown as "%s" where it may be a secret', (value, shown) => {
    expect(describeType(value)).toBe(shown)
  })
})

it('the error names the option, what was expected and what came', () => {
  expectError(invalidOption('realm', 'a text', 7), 'invalid_option', '"realm" must be a text, not 7')
  expectError(invalidSecret('pepper', 'a text', 7), 'invalid_option', '"pepper" must be a text, not a number')
})

suite('assertOptions', () => {
  it.each([{}, { a: 1 }, { b: undefined }, { a: 1, b: 2 }])('accepts %j', (options) => {
    expect(() => assertOptions('thing', options, ['a', 'b'])).not.toThrow()
  })

  it.each([undefined, null, 7, 'a', true, [], () => ({})])('refuses %s', (options) => {
    expectRefusal(
      () => assertOptions('thing', options, ['a']),
      'invalid_option',
      '"thing options" must be an object',
    )
  })

  it.each([{ c: 1 }, { a: 1, c: undefined }, { A: 1 }, { 'a ': 1 }, JSON.parse('{"__proto__":1}')])(
    'refuses %j and lists what is known',
    (options) => {
      expectRefusal(() => assertOptions('thing', options, ['a', 'b']), 'unknown_option', 'thing', '"a", "b"')
    },
  )
})

suite('wholeNumber', () => {
  it.each([1, 2, 1_000, Number.MAX_SAFE_INTEGER])('accepts %d', (value) => {
    expect(wholeNumber('limit', value, 5, 1)).toBe(value)
  })

  it('has a default', () => {
    expect(wholeNumber('limit', undefined, 5, 1)).toBe(5)
  })

  it.each([
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    '7',
    '',
    null,
    true,
    7n,
    [7],
    new Number(7),
  ])('refuses %s', (value) => {
    expectRefusal(() => wholeNumber('limit', value, 5, 1), 'invalid_option', '"limit"', 'at least 1')
  })
})

suite('capacity', () => {
  it.each([1, 10_000, 2 ** 24])('accepts %d', (value) => {
    expect(capacity('limit', value, 5)).toBe(value)
  })

  it.each([2 ** 24 + 1, 2 ** 32, Number.MAX_SAFE_INTEGER])(
    'refuses %d, more than a Map can hold',
    (value) => {
      expectRefusal(
        () => capacity('limit', value, 5),
        'invalid_option',
        '"limit"',
        'at most 16777216',
        String(value),
      )
    },
  )

  it('refuses nothing at all', () => {
    expectRefusal(() => capacity('limit', 0, 5), 'invalid_option', '"limit"', 'at least 1')
  })
})

suite('milliseconds', () => {
  it.each([0, 1, 2_147_483_647])('accepts %d', (value) => {
    expect(milliseconds('delay', value, 5, 0)).toBe(value)
  })

  it.each([2_147_483_648, Number.MAX_SAFE_INTEGER])('refuses %d, for which timers fire at once', (value) => {
    expectRefusal(() => milliseconds('delay', value, 5, 0), 'invalid_option', '"delay"', 'at most 2147483647')
  })

  it('refuses less than the least', () => {
    expectRefusal(() => milliseconds('delay', 0, 5, 1), 'invalid_option', '"delay"', 'at least 1')
  })
})

suite('assertMethod', () => {
  it.each([{ find() {} }, Object.assign(() => {}, { find() {} })])('accepts %o', (value) => {
    expect(() => assertMethod('store', value, 'find')).not.toThrow()
  })

  it.each([undefined, null, '', 'find', 7, {}, [[]], { look: 1 }, () => {}])('refuses %s', (value) => {
    expectRefusal(
      () => assertMethod('store', value, 'look'),
      'invalid_option',
      '"store" must be an object with a method look, not ',
    )
    expectRefusal(() => assertMethod('store', value, 'look', 'open'), 'invalid_option', 'must be open, not ')
  })
})

suite('listOf', () => {
  const isText = (item: unknown): item is string => typeof item === 'string'
  const listOfTexts = (value: unknown) => listOf('names', value, isText, 'a text or a list of them')

  it.each([
    ['a', ['a']],
    [['a'], ['a']],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
  ])('of %j is %j, a copy', (value, list) => {
    expect(listOfTexts(value)).toEqual(list)
    expect(listOfTexts(value)).not.toBe(value)
  })

  it.each<[value: unknown, shown: string]>([
    [7, '7'],
    [null, 'null'],
    [[], 'an array'],
    [['a', 7, null], '7'],
    [new Array(1), 'undefined'],
  ])('refuses %j and shows what is wrong in it: %s', (value, shown) => {
    expectRefusal(
      () => listOfTexts(value),
      'invalid_option',
      `"names" must be a text or a list of them, not ${shown}`,
    )
  })
})

suite('optionalFunction', () => {
  it('accepts a function or nothing', () => {
    expect(() => optionalFunction('hook', undefined)).not.toThrow()
    expect(() => optionalFunction('hook', () => {})).not.toThrow()
  })

  it.each([null, 'x', {}, 7, false])('refuses %s', (value) => {
    expectRefusal(() => optionalFunction('hook', value), 'invalid_option', '"hook"', 'a function')
  })
})

suite('optionalBoolean', () => {
  it('accepts true, false or nothing', () => {
    for (const value of [true, false, undefined]) {
      expect(() => optionalBoolean('flag', value)).not.toThrow()
    }
  })

  it.each([null, 'true', {}, 0, 1, () => true])('refuses %s', (value) => {
    expectRefusal(() => optionalBoolean('flag', value), 'invalid_option', '"flag"', 'true or false')
  })
})
