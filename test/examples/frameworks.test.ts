import { authorizationFor } from 'rest-api-key'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exampleKeys } from '../../examples/shared/keys.js'
import { curlLinesIn } from '../support/curl.js'
import { type RunningServer, startServer } from '../support/script.js'

const { acmeAdministrator, acmeOperator, globexAdministrator } = exampleKeys

describe.each(['express', 'koa', 'fastify', 'hono', 'nest'])('the %s example', (framework) => {
  let server: RunningServer

  beforeAll(async () => {
    server = await startServer(`examples/${framework}/server.ts`)
  })
  afterAll(() => server.stop('SIGTERM'))

  function send(
    line: `${'GET' | 'POST' | 'DELETE'} /${string}`,
    key: { readonly referenceId: string; readonly tenantId: string },
    { tenant = key.tenantId, title }: { tenant?: string; title?: string } = {},
  ): Promise<Response> {
    const [method = '', path] = line.split(' ')
    return fetch(`${server.url}${path}`, {
      method,
      headers: {
        authorization: authorizationFor(key.referenceId),
        'x-tenant': tenant,
        ...(method === 'POST' && { 'content-type': 'application/json' }),
      },
      ...(method === 'POST' && { body: JSON.stringify({ title }) }),
    })
  }
  const titlesOf = async (key: typeof acmeAdministrator | typeof globexAdministrator) => {
    const incidents: { title: string }[] = JSON.parse(await (await send('GET /incidents', key)).text())
    return incidents.map(({ title }) => title)
  }

  it('lists the incidents of the tenant of the key, and no others', async () => {
    expect(await titlesOf(acmeAdministrator)).toEqual(['Mail is late'])
    expect(await titlesOf(globexAdministrator)).toEqual(['The door does not open'])
  })

  it('creates an incident of that tenant, on behalf of the user of the key', async () => {
    const response = await send('POST /incidents', acmeAdministrator, { title: 'Disk is full' })
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ id: 'INC-3', title: 'Disk is full', openedBy: 'jdoe' })
    expect(await titlesOf(acmeAdministrator)).toEqual(['Mail is late', 'Disk is full'])
    expect(await titlesOf(globexAdministrator)).toEqual(['The door does not open'])
  })

  it('asks for a title', async () => {
    expect((await send('POST /incidents', acmeAdministrator)).status).toBe(400)
  })

  it('refuses a request without a key, with a challenge', async () => {
    const response = await fetch(`${server.url}/incidents`, { headers: { 'x-tenant': 'acme' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('rest_api_key realm="api"')
    expect(response.headers.get('vary')).toBe('authorization, x-tenant')
  })

  it('refuses a key of another tenant', async () => {
    const response = await send('GET /incidents', globexAdministrator, { tenant: 'acme' })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'not_authorized' })
  })

  it('lets only an administrator delete', async () => {
    const response = await send('DELETE /incidents/INC-1', acmeOperator)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'role_not_allowed' })
    expect(await titlesOf(acmeAdministrator)).toContain('Mail is late')
  })

  it('does not find the incident of another tenant', async () => {
    expect((await send('DELETE /incidents/INC-1', globexAdministrator)).status).toBe(404)
    expect(await titlesOf(acmeAdministrator)).toContain('Mail is late')
  })

  it('answers the curl lines that it prints as it says, a deletion included', async () => {
    const lines = curlLinesIn(server.output)
    expect(lines.map(({ status }) => status)).toEqual([200, 401, 401, 201, 403, 204])
    for (const { comment, status, send } of lines) expect((await send()).status, comment).toBe(status)
    expect(await titlesOf(acmeAdministrator)).not.toContain('Mail is late')
  })
})
