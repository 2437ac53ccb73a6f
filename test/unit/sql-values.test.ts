import { describe, expect, it } from 'vitest'
import {
  count,
  flag,
  json,
  jsonText,
  moment,
  momentText,
  optionalMoment,
  optionalMomentText,
  text,
} from '../../src/stores/sql/values.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const noText = new Uint8Array([0x61, 0xff])
const invalid = new Date(Number.NaN)

describe('what is read of a column', () => {
  it.each<[string, (value: unknown) => unknown, unknown, unknown]>([
    ['a text', text, 'acme ', 'acme '],
    ['a text of bytes', text, bytes('漢 \0'), '漢 \0'],
    ['a text with a byte order mark', text, bytes('\uFEFFacme'), '\uFEFFacme'],
    ['bytes that are no text', text, noText, noText],
    ['no text', text, null, null],
    ['a column that is missing', text, undefined, undefined],
    ['a number for a text', text, 7, 7],
    ['a flag', flag, true, true],
    ['a flag that is not set', flag, false, false],
    ['1 for a flag', flag, 1, true],
    ['0 for a flag', flag, 0, false],
    ['a big 1 for a flag', flag, 1n, true],
    ['a big 0 for a flag', flag, 0n, false],
    ['2 for a flag', flag, 2, 2],
    ['a text for a flag', flag, '1', '1'],
    ['no flag', flag, null, null],
    ['a number', count, 7, 7],
    ['a big number', count, 7n, 7],
    ['a text for a number', count, '7', '7'],
    ['a moment', moment, '2026-01-02T03:04:05.678Z', new Date('2026-01-02T03:04:05.678Z')],
    ['a moment in bytes', moment, bytes('2026-01-02T03:04:05.678Z'), new Date('2026-01-02T03:04:05.678Z')],
    ['a day for a moment', moment, '2026-01-02', invalid],
    ['a day that never was', moment, '2026-02-30T00:00:00.000Z', invalid],
    ['a moment with an offset', moment, '2026-01-02T03:04:05.678+00:00', invalid],
    ['a number for a moment', moment, 0, invalid],
    ['a big number for a moment', moment, 0n, invalid],
    ['bytes that are no moment', moment, noText, invalid],
    ['no moment', moment, null, invalid],
    ['a moment that may be missing', optionalMoment, '1970-01-01T00:00:00.000Z', new Date(0)],
    ['a moment that is missing', optionalMoment, null, null],
    ['nonsense for a moment that may be missing', optionalMoment, '', invalid],
    ['a list', json, '["192.0.2.7"]', ['192.0.2.7']],
    ['an object in bytes', json, bytes('{"plan":"gold"}'), { plan: 'gold' }],
    ['no list', json, null, null],
    ['null in JSON', json, 'null', 'null'],
    ['a number in JSON', json, '7', '7'],
    ['a text in JSON', json, '"{}"', '"{}"'],
    ['half an object', json, '{"plan":', '{"plan":'],
    ['an object that the driver has parsed', json, { plan: 'gold' }, { plan: 'gold' }],
  ])('%s', (_, read, value, expected) => {
    expect(read(value)).toStrictEqual(expected)
  })
})

describe('what is written to a column', () => {
  it.each<[string, unknown, unknown]>([
    ['a moment', momentText(new Date(0)), '1970-01-01T00:00:00.000Z'],
    ['a moment that could not be read', momentText(invalid), ''],
    ['a moment that may be missing', optionalMomentText(new Date(0)), '1970-01-01T00:00:00.000Z'],
    ['one that could not be read', optionalMomentText(invalid), ''],
    ['a moment that is null', optionalMomentText(null), null],
    ['a moment that is missing', optionalMomentText(undefined), null],
    ['a list', jsonText([]), '[]'],
    ['an object', jsonText({ plan: 'gold' }), '{"plan":"gold"}'],
    ['null', jsonText(null), null],
    ['what is missing', jsonText(undefined), null],
  ])('%s', (_, written, expected) => {
    expect(written).toBe(expected)
  })
})
