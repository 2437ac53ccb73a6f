import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { memoryStore } from 'rest-api-key'
import { createConsole } from 'rest-api-key/console'
import {
  type Actor,
  createKeyManager,
  type KeyManager,
  type KeyManagerOptions,
} from 'rest-api-key/management'
import { checkedAgainst, type OpenApiDocument } from './checked-against.js'

export const jdoe: Actor = { tenantId: 'acme', userId: 'jdoe', role: 'Administrator' }
export const ghost: Actor = { tenantId: 'globex', userId: 'ghost', role: 'Administrator' }

export const basePath = '/admin/keys'

export type Line = `${string} /${string}`

export interface Sent {
  /** Who is signed in; `null` for nobody. Default: jdoe. */
  readonly as?: Actor | null
  /** Sent as JSON. */
  readonly content?: unknown
  /** Sent as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what the test says.
  readonly body: any
  readonly text: string
}

export interface TestApi {
  readonly url: string
  readonly document: OpenApiDocument
  readonly manager: KeyManager
  /** What the operator has heard. */
  readonly errors: readonly unknown[]
  /** Sends over a socket, such as `GET /keys`, and checks the answer against the document. */
  send(line: Line, sent?: Sent): Promise<Answered>
  close(): Promise<void>
}

/** The API of a console that is served over HTTP. Its users sign in by a header, as only a test may. */
export async function openApi(options: Partial<KeyManagerOptions> = {}): Promise<TestApi> {
  const errors: unknown[] = []
  const manager = createKeyManager({ repository: memoryStore(), authorize: () => true, ...options })
  const authenticate = ({ headers }: Request): Actor | null => JSON.parse(headers.get('x-actor') ?? 'null')
  const { fetch: handle } = createConsole({
    manager,
    authenticate,
    basePath,
    onError: (error) => errors.push(error),
  })
  const server = serve({ fetch: (request) => handle(request), port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}/api`

  async function exchange(line: Line, { as = jdoe, content, raw, headers }: Sent = {}): Promise<Answered> {
    const [method = '', path = ''] = line.split(' ')
    const body = raw ?? (content === undefined ? undefined : JSON.stringify(content))
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(as && { 'x-actor': JSON.stringify(as) }),
        ...(method !== 'GET' && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  const { body: document }: { body: OpenApiDocument } = await exchange('GET /openapi.json')
  const check = checkedAgainst(document)
  return {
    url,
    document,
    manager,
    errors,
    async send(line, sent) {
      const answered = await exchange(line, sent)
      check(line, answered)
      return answered
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A group of acme with a key. */
export async function withKey({ send }: TestApi, fields: object = {}) {
  const group = (await send('POST /groups', { content: { name: 'Integrations' } })).body
  const { body } = await send('POST /keys', { content: { groupId: group.id, ...fields } })
  return { group, key: body.key, referenceId: String(body.referenceId) }
}
