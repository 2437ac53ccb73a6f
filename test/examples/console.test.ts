import { describe, expect, it } from 'vitest'
import { startServer } from '../support/script.js'

describe('npm run example:console', () => {
  it.each(['express', 'koa', 'fastify', 'hono', 'node'])(
    'serves the console in %s, after a sign-in',
    async (name) => {
      const server = await startServer('examples/console/server.ts', name)
      try {
        const send = (path: string, init: RequestInit = {}) =>
          fetch(server.url + path, { redirect: 'manual', ...init })
        const refused = await send('/console')
        expect([refused.status, (await refused.text()).includes('href="/sign-in"')]).toEqual([401, true])
        expect(await (await send('/sign-in')).text()).toContain('jdoe of acme')

        const signIn = (user: string) =>
          send('/sign-in', { method: 'POST', body: new URLSearchParams({ user }) })
        expect((await signIn('nobody')).headers.get('set-cookie')).toBeNull()
        const signedIn = await signIn('jdoe of acme')
        expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/console'])
        const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
        expect((await send('/console', { headers: { cookie } })).status).toBe(200)
        expect((await send('/incidents', { headers: { cookie, 'x-tenant': 'acme' } })).status).toBe(401)
      } finally {
        await server.stop('SIGTERM')
      }
    },
  )
})
