import { createServer, type Server } from 'node:http'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import { type Authorizer, authorizationFor, createAuthorizer, memoryStore } from 'rest-api-key'
import { type Console, createConsole } from 'rest-api-key/console'
import * as consoleInExpress from 'rest-api-key/console/express'
import * as consoleInFastify from 'rest-api-key/console/fastify'
import * as consoleInKoa from 'rest-api-key/console/koa'
import * as forExpress from 'rest-api-key/express'
import * as forFastify from 'rest-api-key/fastify'
import * as forKoa from 'rest-api-key/koa'
import { createKeyManager } from 'rest-api-key/management'
import { describe, expect, it } from 'vitest'
import { close, listen } from '../support/http-api.js'
import { actors, withKey } from './support.js'

const options = { tenant: 'acme', optional: true }

const applications: Readonly<Record<string, (authorizer: Authorizer, console: Console) => Promise<Server>>> =
  {
    Express: async (authorizer, console) => {
      const app = express()
      app.use(forExpress.apiKeyAuth(authorizer, options), consoleInExpress.mountConsole(console))
      return createServer(app)
    },
    Koa: async (authorizer, console) => {
      const app = new Koa()
      app.use(forKoa.apiKeyAuth(authorizer, options))
      app.use(consoleInKoa.mountConsole(console))
      return createServer(app.callback())
    },
    Fastify: async (authorizer, console) => {
      const app = fastify()
      await app.register(forFastify.apiKeyAuth, { authorizer, ...options })
      await app.register(consoleInFastify.mountConsole, { console })
      await app.ready()
      return app.server
    },
  }

describe.each(Object.entries(applications))('a console behind apiKeyAuth of %s', (_, serve) => {
  it('refuses requests with a key, whoever is signed in, and answers those without one', async () => {
    const store = memoryStore()
    const manager = createKeyManager({ repository: store, authorize: () => true })
    const acme = manager.as({ tenantId: 'acme', userId: 'jdoe' })
    const { referenceId } = await withKey({ acme })
    const authorizer = createAuthorizer({ store })
    const server = await serve(authorizer, createConsole({ manager, authenticate: () => actors.jdoe }))
    const url = `http://127.0.0.1:${await listen(server)}/console`
    try {
      const headers = { authorization: authorizationFor(referenceId) }
      for (const path of ['', '/groups/new', '/api/keys']) {
        expect((await fetch(url + path)).status).toBe(200)
        const refused = await fetch(url + path, { headers })
        expect([refused.status, (await refused.text()).includes('cannot manage keys')]).toEqual([403, true])
      }
    } finally {
      await close(server)
      await authorizer.close()
    }
  })
})
