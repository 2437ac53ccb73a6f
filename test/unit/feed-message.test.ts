import { sha256Digest } from 'rest-api-key'
import { expect, it } from 'vitest'
import { tellMessage } from '../../src/feed-message.js'
import { recordingListener } from '../support/recording-listener.js'

function heardOf(message: unknown): readonly string[] {
  const listener = recordingListener()
  tellMessage(listener, message)
  return listener.heard
}

it.each([sha256Digest()('any'), 'A', '!', '~', 'x'.repeat(300)])('takes %j for a digest', (digest) => {
  expect(heardOf(digest)).toEqual([`changed ${digest}`])
})

it.each([
  '',
  ' ',
  'a ',
  'a\n',
  'a\u0000',
  'ä',
  'x'.repeat(301),
  'plain:',
  'plain:secret',
  undefined,
  null,
  7,
  [],
  ['abc'],
  {},
  Buffer.from('abc'),
])('takes %j for a change of any key', (message) => {
  expect(heardOf(message)).toEqual(['flush'])
})
