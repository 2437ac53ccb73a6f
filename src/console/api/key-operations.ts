import { isPlainObject } from '../../json.js'
import type { ImportInput } from '../../management/import-key.js'
import type { KeyEntry } from '../../management/key-entry.js'
import type { KeyChanges, KeyInput } from '../../management/key-input.js'
import { dateTime } from './date-time.js'
import type { Answer, Operation } from './operation.js'
import { keyJson, pageJson } from './representations.js'

export const keyOperations: readonly Operation[] = [
  {
    id: 'listKeys',
    method: 'get',
    path: '/keys',
    summary: 'A page of keys, the oldest first',
    query: ['groupId', 'search', 'cursor', 'limit'],
    answers: { 200: 'KeyPage' },
    run: async ({ keys, query }) => ({ status: 200, body: pageJson(await keys.listKeys(query), keyJson) }),
  },
  {
    id: 'createKey',
    method: 'post',
    path: '/keys',
    summary: 'Creates a key, and answers with its Reference ID this once',
    content: 'KeyInput',
    answers: { 201: 'CreatedKey' },
    problems: [404],
    async run({ keys, content }) {
      const { referenceId, key } = await keys.createKey(withMoment(content) as KeyInput)
      return { ...created(key), body: { referenceId, key: keyJson(key) } }
    },
  },
  {
    id: 'importKey',
    method: 'post',
    path: '/imports',
    summary:
      'Takes over a Reference ID that was issued elsewhere; one that this tenant has already stays as it is',
    content: 'ImportInput',
    answers: { 200: 'ImportedKey', 201: 'ImportedKey' },
    problems: [404, 409],
    async run({ keys, content }) {
      const { outcome, key } = await keys.importKey(withMoment(content) as ImportInput)
      const answer = outcome === 'imported' ? created(key) : answered(key)
      return { ...answer, body: { outcome, key: keyJson(key) } }
    },
  },
  {
    id: 'getKey',
    method: 'get',
    path: '/keys/{keyId}',
    summary: 'One key',
    answers: { 200: 'Key' },
    run: async ({ keys, id }) => answered(await keys.getKey(id)),
  },
  {
    id: 'updateKey',
    method: 'patch',
    path: '/keys/{keyId}',
    summary: 'Changes the members that are given, each as a whole, and leaves the others',
    content: 'KeyChanges',
    conditional: true,
    answers: { 200: 'Key' },
    run: async ({ keys, id, content, version }) =>
      answered(await keys.updateKey(id, withMoment(content) as KeyChanges, version)),
  },
  {
    id: 'activateKey',
    method: 'post',
    path: '/keys/{keyId}/activate',
    summary: 'Switches a key on',
    content: 'Nothing',
    answers: { 200: 'Key' },
    run: async ({ keys, id }) => answered(await keys.activateKey(id)),
  },
  {
    id: 'deactivateKey',
    method: 'post',
    path: '/keys/{keyId}/deactivate',
    summary: 'Switches a key off: requests with it are refused',
    content: 'Nothing',
    answers: { 200: 'Key' },
    run: async ({ keys, id }) => answered(await keys.deactivateKey(id)),
  },
  {
    id: 'deleteKey',
    method: 'delete',
    path: '/keys/{keyId}',
    summary: 'Deletes a key for good',
    answers: { 204: null },
    async run({ keys, id }) {
      await keys.deleteKey(id)
      return { status: 204 }
    },
  },
]

function answered(key: KeyEntry): Answer {
  return { status: 200, body: keyJson(key), version: key.version }
}

function created(key: KeyEntry): Answer {
  return { ...answered(key), status: 201, location: `/keys/${key.id}` }
}

/** With the moment that JSON can only write as a text; what is none stays as it is, for the manager to refuse. */
function withMoment(content: unknown): unknown {
  if (!isPlainObject(content) || typeof content.expiresAt !== 'string') return content
  return { ...content, expiresAt: dateTime(content.expiresAt) ?? content.expiresAt }
}
