import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { headerLinesOf } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { mayBeTruncated } from '../../src/header-lines.js'
import { canary, expectRefusal } from '../support/refusals.js'

describe('headerLinesOf an IncomingMessage', () => {
  it.each<[title: string, rawHeaders: string[], lines: string[]]>([
    ['finds none', ['Host', 'a'], []],
    ['finds none among no headers', [], []],
    ['finds one', ['Host', 'a', 'Authorization', 'x'], ['x']],
    ['finds it in any case', ['AUTHORIZATION', 'x'], ['x']],
    ['finds it in lower case', ['authorization', 'x'], ['x']],
    ['counts two lines, in order', ['Authorization', 'x', 'Host', 'a', 'authorization', 'y'], ['x', 'y']],
    ['counts equal lines', ['Authorization', 'x', 'Authorization', 'x'], ['x', 'x']],
    ['keeps empty lines', ['Authorization', '', 'Authorization', 'x'], ['', 'x']],
    ['does not split at commas', ['Authorization', 'x, y'], ['x, y']],
    ['does not take a value for a name', ['X-Name', 'authorization', 'X-Other', 'z'], []],
    ['does not take another name of the same length', ['X-Other-Names', 'x'], []],
    ['does not take a longer name', ['Authorization2', 'x', 'X-Authorization', 'y'], []],
    ['ignores a name without a value', ['Host', 'a', 'Authorization'], []],
  ])('%s', (_, rawHeaders, lines) => {
    expect(headerLinesOf({ rawHeaders })('authorization')).toEqual(lines)
  })
})

describe('headerLinesOf a Headers object', () => {
  it.each<[title: string, entries: [string, string][], lines: string[]]>([
    ['finds none', [['host', 'a']], []],
    ['finds one', [['Authorization', 'x']], ['x']],
    ['keeps an empty one', [['Authorization', '']], ['']],
    [
      'finds two joined ones as one',
      [
        ['Authorization', 'x'],
        ['Authorization', 'y'],
      ],
      ['x, y'],
    ],
  ])('%s', (_, entries, lines) => {
    expect(headerLinesOf(new Headers(entries))('authorization')).toEqual(lines)
  })
})

it('headerLinesOf finds a pseudo-header field of HTTP/2 in raw headers, and none in Headers', () => {
  expect(headerLinesOf({ rawHeaders: [':authority', 'a'] })(':authority')).toEqual(['a'])
  expect(headerLinesOf(new Headers({ host: 'a' }))(':authority')).toEqual([])
})

it.each([
  ['nothing', undefined],
  ['null', null],
  ['a plain object of headers', { authorization: canary }],
  ['a request with headers only', { headers: { authorization: canary } }],
  ['an object whose "get" is no function', { get: canary }],
  ['raw headers that are no list', { rawHeaders: canary }],
  ['a text', canary],
  ['a list', [canary]],
])('headerLinesOf refuses %s', (_, source) => {
  expectRefusal(
    () => headerLinesOf(source as never),
    'invalid_option',
    '"source"',
    'IncomingMessage',
    'Headers',
  )
})

describe('mayBeTruncated', () => {
  const lines = (count: number) => Array.from({ length: count }, () => ['x', 'y']).flat()

  it.each<[title: string, count: number, socket: unknown, expected: boolean]>([
    ['999 lines of the 1,000 that are kept by default', 999, { server: {} }, false],
    ['1,000 lines', 1_000, { server: {} }, true],
    ['1,000 lines where the server says null', 1_000, { server: { maxHeadersCount: null } }, true],
    ['999 lines where the server says null', 999, { server: { maxHeadersCount: null } }, false],
    ['9 lines where 10 are kept', 9, { server: { maxHeadersCount: 10 } }, false],
    ['10 lines where 10 are kept', 10, { server: { maxHeadersCount: 10 } }, true],
    ['1,500 lines where 2,000 are kept', 1_500, { server: { maxHeadersCount: 2_000 } }, false],
    ['2,000 lines where 2,000 are kept', 2_000, { server: { maxHeadersCount: 2_000 } }, true],
    ['5,000 lines where all are kept', 5_000, { server: { maxHeadersCount: 0 } }, false],
    ['1,000 lines on a socket without a server', 1_000, {}, true],
    ['1,000 lines without a socket', 1_000, undefined, true],
    ['no lines without a socket', 0, null, false],
  ])('of %s', (_, count, socket, expected) => {
    expect(mayBeTruncated({ rawHeaders: lines(count), socket })).toBe(expected)
  })

  it.each<[sent: number, maxHeadersCount: number | null, dropped: boolean, expected: boolean]>([
    [500, null, false, false],
    [999, null, false, false],
    [1_000, null, false, true],
    [1_001, null, true, true],
    [1_100, null, true, true],
    [9, 10, false, false],
    [20, 10, true, true],
    [1_100, 2_000, false, false],
    [1_100, 0, false, false],
  ])('of %i lines to a real server that keeps %s', async (sent, maxHeadersCount, dropped, expected) => {
    const server = createServer({ maxHeaderSize: 65_536 })
    server.maxHeadersCount = maxHeadersCount
    const seen = new Promise<{ dropped: boolean; truncated: boolean }>((resolve) => {
      server.on('request', (req, res) => {
        resolve({ dropped: req.headers.last === undefined, truncated: mayBeTruncated(req) })
        res.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(sent - 2)}Last: z\r\n\r\n`)
    expect(await seen).toEqual({ dropped, truncated: expected })
    socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
})
