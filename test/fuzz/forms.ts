import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createAuthorizer, memoryStore } from 'rest-api-key'
import { type Console, createConsole } from 'rest-api-key/console'
import { createKeyManager, type TenantKeys } from 'rest-api-key/management'
import { actors, directory } from '../console/support.js'
import { type Campaign, campaignOf } from './campaign.js'
import { type FormRequest, formRequest } from './form-arbitraries.js'
import { assertMarkup } from './markup.js'

const origin = 'http://keys.example.com'
/** Stands in what belongs to the other tenant. */
const foreign = 'GlobexCanary'

/**
 * Requests to the pages of the console, two tenants behind it: none fails with 500 or more, no page has markup in it that
 * somebody has typed, nothing is written but by a form of the console's own that an administrator has sent, and never
 * across tenants.
 *
 * @param wrap What is under test: the console as browsers reach it.
 */
export function formsCampaign(wrap: (one: Console) => Pick<Console, 'fetch'> = (one) => one): Campaign {
  return campaignOf({
    name: 'forms',
    inputs: fc.array(formRequest, { minLength: 1, maxLength: 4 }),
    async check(requests) {
      const world = await openWorld(wrap)
      for (const request of requests) {
        const before = await world.state()
        const response = await world.send(request)
        const shown = `${response.status} for ${request.method} ${request.path}`
        assert.ok(response.status < 500, shown)
        await assertPage(response, request.user !== 'ghost')
        const after = await world.state()
        if (request.user === 'ghost' || !mayWrite(request))
          assert.equal(after.acme, before.acme, `${shown} has written`)
        if (request.user !== 'ghost' || !mayWrite(request))
          assert.equal(after.globex, before.globex, `${shown} has written`)
      }
      for (const path of [
        '',
        '/groups/{group}',
        '/groups/{group}/edit',
        '/keys/{key}',
        '/history',
        '/test?key={key}',
      ]) {
        const response = await world.send({ ...visit, path })
        assert.ok(response.status < 500)
        await assertPage(response, true)
      }
      await world.close()
    },
  })
}

const visit = { user: 'jdoe', method: 'GET', of: 'acme', from: 'itself', type: '', body: '' } as const

/** What the console promises of itself: only what is said here can change anything. */
function mayWrite({ user, method, path, from, type }: FormRequest): boolean {
  const isAdministrator = user === 'jdoe' || user === 'ghost'
  const isOwn = from === 'itself' || (from === 'a program' && type === 'application/json')
  // A button alone has no content.
  const isForm =
    type.startsWith('application/x-www-form-urlencoded') || /\/(?:activate|deactivate|delete)$/.test(path)
  return isAdministrator && method === 'POST' && isOwn && isForm
}

async function assertPage(response: Response, isOfAcme: boolean): Promise<void> {
  const text = await response.text()
  const location = response.headers.get('location')
  if (isOfAcme) assert.ok(!`${location} ${text}`.includes(foreign), 'shows what another tenant has')
  if (location !== null) assert.match(location, /^\/console(?:[/?]|$)/)
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  if (response.headers.get('content-type')?.startsWith('text/html')) assertMarkup(text)
}

async function openWorld(wrap: (one: Console) => Pick<Console, 'fetch'>) {
  const repository = memoryStore()
  const manager = createKeyManager({
    repository,
    authorize: ({ role }) => role === 'Administrator',
    directory,
  })
  const authorizer = createAuthorizer({ store: repository })
  const console = wrap(
    createConsole({
      manager,
      authorizer,
      directory,
      authenticate: ({ headers }) => actors[headers.get('x-user') ?? ''],
    }),
  )
  const tenants = {
    acme: manager.as(actors.jdoe as NonNullable<typeof actors.jdoe>),
    globex: manager.as(actors.ghost as NonNullable<typeof actors.ghost>),
  }
  const ids = {
    acme: await filled(tenants.acme, 'Integrations'),
    globex: await filled(tenants.globex, foreign),
    none: { group: 'nothing', key: '%3Cx-canary%3E' },
  }

  return {
    async send({ user, method, path, of, from, type, body }: FormRequest): Promise<Response> {
      const { group, key } = ids[of]
      const headers = { 'x-user': user, 'content-type': type, ...sources[from] }
      const content = method === 'GET' || method === 'HEAD' ? {} : { body }
      const url = `${origin}/console${path.replace('{group}', group).replace('{key}', key)}`
      return console.fetch(new Request(url, { method, headers, ...content }))
    },
    async state() {
      return { acme: await stateOf(tenants.acme), globex: await stateOf(tenants.globex) }
    },
    close: () => authorizer.close(),
  }
}

const sources = {
  itself: { origin, 'sec-fetch-site': 'same-origin' },
  'another site': { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' },
  'no origin': { origin: 'null' },
  'a program': {},
}

async function filled(
  keys: TenantKeys,
  text: string,
): Promise<{ readonly group: string; readonly key: string }> {
  const { id } = await keys.createGroup({ name: text, description: text })
  const { key } = await keys.createKey({ groupId: id, description: text })
  await keys.createGroup({ name: `${text} too` })
  return { group: id, key: key.id }
}

async function stateOf(keys: TenantKeys): Promise<string> {
  const lists = [
    keys.listGroups({ limit: 500 }),
    keys.listKeys({ limit: 500 }),
    keys.listAudit({ limit: 500 }),
  ]
  return JSON.stringify(await Promise.all<unknown>(lists))
}
