import { memoryStore } from 'rest-api-key'
import type { KeyEntry, KeyManagerOptions, KeyRepository } from 'rest-api-key/management'
import { afterEach, describe, expect, it } from 'vitest'
import { operations } from '../../../src/console/api/operations.js'
import { type Answered, type Line, openApi, type TestApi, withKey } from './support.js'

const canary = 'canary-of-a-driver'

const repositoryMethods = [
  ...['insertGroup', 'findGroup', 'listGroups', 'replaceGroup', 'deleteGroup', 'insertKeys', 'findKey'],
  ...['listKeys', 'replaceKey', 'deleteKey', 'listAudit', 'findByDigest'],
] as const

let api: TestApi
afterEach(() => api.close())

/** One call of every operation that asks a manager, on an API that has a group and a key. */
async function everyOperation(
  options: (ready: () => boolean) => Partial<KeyManagerOptions>,
): Promise<Answered[]> {
  let isReady = false
  api = await openApi(options(() => isReady))
  const { group, key } = await withKey(api)
  isReady = true
  const contents: Readonly<Record<string, object>> = {
    GroupInput: { name: 'x' },
    GroupChanges: { name: 'x' },
    KeyInput: { groupId: group.id, onBehalfOf: 'jdoe' },
    KeyChanges: { onBehalfOf: 'jdoe' },
    ImportInput: { groupId: group.id, referenceId: '00112233445566778899AABBCCDDEEFF', onBehalfOf: 'jdoe' },
    ExplainRequest: { keyId: key.id },
  }
  const answers = []
  for (const { id, method, path, content, conditional } of operations) {
    if (id === 'getActor') continue
    const target = path.replace('{groupId}', group.id).replace('{keyId}', key.id)
    answers.push(
      await api.send(`${method.toUpperCase()} ${target}` as Line, {
        ...(content !== undefined && { content: contents[content] }),
        ...(conditional && { headers: { 'if-match': '*' } }),
      }),
    )
  }
  return answers
}

function failing(store: KeyRepository, fails: () => boolean): KeyRepository {
  const methods = Object.fromEntries(
    repositoryMethods.map((name) => [
      name,
      async (...args: unknown[]) => {
        if (fails()) throw Object.assign(new Error(canary), { query: canary })
        return (store[name] as (...args: unknown[]) => unknown)(...args)
      },
    ]),
  )
  return methods as unknown as KeyRepository
}

describe('what fails behind the API', () => {
  it('a database: every operation says to try again, and nothing of the error but to the operator', async () => {
    const answers = await everyOperation((ready) => ({ repository: failing(memoryStore(), ready) }))
    expect(answers).toHaveLength(operations.length - 1)
    for (const { status, headers, body, text } of answers) {
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'temporarily_unavailable', '2'])
      expect(text).not.toContain(canary)
      expect(body.detail).toBe('Keys cannot be managed at the moment. Try again.')
    }
    expect(api.errors).toHaveLength(answers.length)
    expect(api.errors[0]).toMatchObject({ code: 'repository_failed' })
    for (const error of api.errors) expect(String((error as Error).stack)).not.toContain(canary)
  })

  it('a directory: a key is not written', async () => {
    api = await openApi({
      directory: {
        users: () => {
          throw new Error(canary)
        },
        roles: () => [],
      },
    })
    const { group } = await withKey(api)
    const content = { groupId: group.id, onBehalfOf: 'jdoe' }
    const { status, text } = await api.send('POST /keys', { content })
    expect([status, text.includes(canary)]).toEqual([503, false])
    expect((await api.send('GET /keys')).body.items).toHaveLength(1)
  })

  it.each<[string, (ready: () => boolean) => unknown]>([
    ['says no', (ready) => !ready()],
    ['says something that is not yes', (ready) => (ready() ? 'yes' : true)],
    [
      'throws',
      (ready) => {
        if (ready()) throw new Error(canary)
        return true
      },
    ],
  ])('an application that %s: every operation is refused', async (_, authorize) => {
    const answers = await everyOperation((ready) => ({ authorize: () => authorize(ready) }))
    for (const { status, body, text } of answers) {
      expect([status, body.code]).toEqual([403, 'not_authorized'])
      expect(text).not.toContain(canary)
    }
  })

  it('what cannot be written as JSON: a 500 that tells nothing, and the operator hears of it', async () => {
    const store = memoryStore()
    const listKeys: KeyRepository['listKeys'] = async (...args) => {
      const found = await store.listKeys(...args)
      return found.map((key) => ({ ...key, metadata: { [canary]: 1n } }))
    }
    api = await openApi({ repository: { ...store, listKeys } })
    await withKey(api)
    const { status, body } = await api.send('GET /keys')
    expect([status, body]).toEqual([
      500,
      {
        title: 'Internal Server Error',
        status: 500,
        detail: 'The request could not be answered.',
        code: 'internal_error',
      },
    ])
    expect(api.errors).toHaveLength(1)
  })

  it('a repository that hands over more than it was asked for: nothing of it is answered', async () => {
    const store = memoryStore()
    const more = { digest: canary, referenceId: canary, secret: canary }
    const findKey: KeyRepository['findKey'] = async (...args) => {
      const key = await store.findKey(...args)
      return key && ({ ...key, ...more } as KeyEntry)
    }
    const listKeys: KeyRepository['listKeys'] = async (...args) =>
      (await store.listKeys(...args)).map((key) => ({ ...key, ...more }))
    const listAudit: KeyRepository['listAudit'] = async (...args) =>
      (await store.listAudit(...args)).map((event) => ({
        ...event,
        ...more,
        actor: { ...event.actor, ...more },
      }))
    api = await openApi({ repository: { ...store, findKey, listKeys, listAudit } })
    const { key } = await withKey(api)
    const answers = [
      await api.send('GET /keys'),
      await api.send(`GET /keys/${key.id}`),
      await api.send(`POST /keys/${key.id}/deactivate`),
      await api.send(`PATCH /keys/${key.id}`, { content: { inRole: 'x' }, headers: { 'if-match': '*' } }),
      await api.send('POST /explain', { content: { keyId: key.id } }),
      await api.send('GET /audit'),
    ]
    for (const { status, text } of answers) expect([status, text.includes(canary)]).toEqual([200, false])
  })
})
