import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { frozenJson, isPlainObject } from '../../src/json.js'

function nested(depth: number): unknown {
  return depth === 0 ? 'x' : { inner: nested(depth - 1) }
}

const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

describe('frozenJson', () => {
  it.each([
    null,
    'text',
    '',
    true,
    false,
    0,
    -1.5,
    [],
    {},
    [1, 'a', null, [true]],
    { a: 1, b: { c: [{ d: null }] } },
  ])('copies %j', (value) => {
    expect(frozenJson(value)).toEqual(value)
  })

  it.each<[title: string, value: unknown]>([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['an infinite number', Number.POSITIVE_INFINITY],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
    ['a function', () => 1],
    ['a Date', new Date(0)],
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['bytes', new Uint8Array(2)],
    ['a pattern', /x/],
    ['an error', new Error('x')],
    ['a promise', Promise.resolve(1)],
    ['a boxed text', new String('x')],
    [
      'an instance of a class',
      new (class Point {
        x = 1
      })(),
    ],
    ['an object that inherits values', Object.create({ a: 1 })],
    ['a cycle', cyclic],
    ['more than 32 levels', nested(33)],
    ['a list with undefined in it', [1, undefined]],
    // biome-ignore lint/suspicious/noSparseArray: the hole is the case.
    ['a list with a hole', [1, , 2]],
    ['a list with a function in it', [() => 1]],
    ['an object with a Date deep in it', { a: [{ b: new Date(0) }] }],
  ])('refuses %s', (_, value) => {
    expect(frozenJson(value)).toBeUndefined()
  })

  it('copies 32 levels', () => {
    expect(frozenJson(nested(31))).toEqual(nested(31))
  })

  it('copies 32 levels of lists, and no more', () => {
    const lists = (levels: number): unknown => (levels === 0 ? 'end' : [lists(levels - 1)])
    expect(frozenJson(lists(32))).toEqual(lists(32))
    expect(frozenJson(lists(33))).toBeUndefined()
  })

  it('copies 100,000 values, and no more', () => {
    const list = (values: number) => Array.from({ length: values - 1 }, () => null)
    expect(frozenJson(list(100_000))).toHaveLength(99_999)
    expect(frozenJson(list(100_001))).toBeUndefined()
  })

  it('leaves out members that are undefined', () => {
    expect(Object.keys(frozenJson({ a: undefined, b: 1 }) as object)).toEqual(['b'])
  })

  it('keeps a member named __proto__ a member', () => {
    const copy = frozenJson(JSON.parse('{"__proto__":{"admin":true}}')) as Record<string, unknown>
    expect(Object.keys(copy)).toEqual(['__proto__'])
    expect(copy.admin).toBeUndefined()
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })

  it('shares nothing with the original and is frozen throughout', () => {
    const original = { list: [{ a: 1 }], inner: { b: 2 } }
    const copy = frozenJson(original) as typeof original
    original.list[0] = { a: 3 }
    original.inner.b = 4
    expect(copy).toEqual({ list: [{ a: 1 }], inner: { b: 2 } })
    for (const part of [copy, copy.list, copy.list[0], copy.inner]) expect(Object.isFrozen(part)).toBe(true)
  })
})

describe('isPlainObject', () => {
  it.each<[title: string, value: unknown, expected: boolean]>([
    ['a literal', {}, true],
    ['an object without prototype', Object.create(null), true],
    ['an object of another realm', runInNewContext('({ a: 1 })'), true],
    ['a list', [], false],
    ['a Date of another realm', runInNewContext('new Date(0)'), false],
    ['a Map', new Map(), false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['a text', 'x', false],
    ['a function', () => 1, false],
  ])('%s: %s', (_, value, expected) => {
    expect(isPlainObject(value)).toBe(expected)
  })
})
