import type { Server } from 'node:http'
import { createAuthorizer, memoryStore } from 'rest-api-key'
import { type ConsoleOptions, createConsole } from 'rest-api-key/console'
import { type Actor, createKeyManager, type Directory, type KeyManagerOptions } from 'rest-api-key/management'
import { close, listen } from '../support/http-api.js'
import { type Mount, type Mounting, mounts } from './mounts.js'

/** Who can be signed in: by a cookie with the name, as only a test may. */
export const actors: Readonly<Record<string, Actor>> = {
  jdoe: { tenantId: 'acme', userId: 'jdoe', role: 'Administrator' },
  guest: { tenantId: 'acme', userId: 'guest', role: 'Operator' },
  ghost: { tenantId: 'globex', userId: 'ghost', role: 'Administrator' },
}

export const directory: Directory = {
  users: () => [{ id: 'jdoe', name: 'J. Doe' }, { id: 'guest' }, { id: 'import' }],
  roles: (_, userId) => (userId === 'jdoe' ? ['Administrator', 'Operator'] : ['Operator']),
}

type Options = Partial<ConsoleOptions & Omit<KeyManagerOptions, 'directory'>> &
  Omit<Mounting, 'console'> & { readonly mount?: Mount }

export interface Visit {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A console that is served over HTTP, and everything behind it. */
export async function openConsole(options: Options = {}) {
  const { repository = memoryStore(), authorize = ({ role }) => role === 'Administrator' } = options
  const { mount = mounts[0] as Mount, below, parsed, digest, generate, onAudit, ...rest } = options
  const errors: unknown[] = []
  const manager = createKeyManager({
    repository,
    authorize,
    ...(rest.directory && { directory: rest.directory }),
    ...(digest && { digest }),
    ...(generate && { generate }),
    ...(onAudit && { onAudit }),
  })
  const authorizer = createAuthorizer({ store: repository })
  const consoleOptions = Object.fromEntries(
    Object.entries(rest).filter(([name]) => name !== 'repository' && name !== 'authorize'),
  )
  const console = createConsole({
    manager,
    authorizer,
    authenticate: ({ headers }) => actors[/user=(\w+)/.exec(headers.get('cookie') ?? '')?.[1] ?? ''],
    onError: (error) => errors.push(error),
    ...consoleOptions,
  })
  const server: Server = await mount.serve({
    console,
    ...(below !== undefined && { below }),
    ...(parsed !== undefined && { parsed }),
  })
  const port = (await listen(server)) as number
  const url = `http://127.0.0.1:${port}`

  async function visit(user: string | null, path: string, init: RequestInit = {}): Promise<Visit> {
    const headers = { ...(user !== null && { cookie: `user=${user}` }), ...init.headers }
    const response = await fetch(url + path, { redirect: 'manual', ...init, headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  return {
    url,
    port,
    manager,
    authorizer,
    errors,
    acme: manager.as(actors.jdoe as Actor),
    get: (path: string, user: string | null = 'jdoe') => visit(user, path),
    /** As a form of the console's own does. */
    post: (path: string, fields: Fields = {}, user: string | null = 'jdoe', headers = {}) =>
      visit(user, path, {
        method: 'POST',
        headers: { origin: url, 'sec-fetch-site': 'same-origin', ...headers },
        body: formOf(fields),
      }),
    close: () => close(server),
  }
}

export type TestConsole = Awaited<ReturnType<typeof openConsole>>

export type Fields = Readonly<Record<string, string | readonly string[]>>

function formOf(fields: Fields): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
    ),
  )
}

/** The value of a hidden field, or of another one. */
export function valueIn(page: string, name: string): string | undefined {
  return new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(page)?.[1]
}

/** A group of acme, and a key in it. */
export async function withKey({ acme }: Pick<TestConsole, 'acme'>, fields: object = {}) {
  const group = await acme.createGroup({ name: 'Integrations' })
  const created = await acme.createKey({ groupId: group.id, description: 'Nightly import', ...fields })
  return { group, ...created }
}
