import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { createAuthorizer, memoryStore, type Principal, tenantFromHeader } from 'rest-api-key'
import * as forExpress from 'rest-api-key/express'
import * as forFastify from 'rest-api-key/fastify'
import * as forHono from 'rest-api-key/hono'
import * as forKoa from 'rest-api-key/koa'
import { expectTypeOf } from 'vitest'

// One authorizer and one tenant serve all of them in one program.
const authorizer = createAuthorizer({ store: memoryStore() })
const tenant = tenantFromHeader('x-tenant')

express()
  .use(forExpress.apiKeyAuth(authorizer, { tenant }))
  .get('/:id', forExpress.requireRole('Operator'), (req, res) => {
    expectTypeOf(req.apiKey).toEqualTypeOf<Principal | null | undefined>()
    expectTypeOf(req.params.id).toEqualTypeOf<string>()
    res.json(forExpress.principalOf(req))
  })

new Koa()
  .use(forKoa.apiKeyAuth(authorizer, { tenant }))
  .use(forKoa.requireRole('Operator'))
  .use((ctx) => {
    expectTypeOf(ctx.state.apiKey).toEqualTypeOf<Principal | null | undefined>()
    ctx.body = forKoa.principalOf(ctx)
  })

const fastify = Fastify()
await fastify.register(forFastify.apiKeyAuth, { authorizer, tenant })
fastify.get('/:id', { onRequest: forFastify.requireRole('Operator') }, async (request) => {
  expectTypeOf(request.apiKey).toEqualTypeOf<Principal | null | undefined>()
  return forFastify.principalOf(request)
})

new Hono()
  .use(forHono.apiKeyAuth(authorizer, { tenant }))
  .get('/:id', forHono.requireRole('Operator'), (c) => {
    expectTypeOf(c.var.apiKey).toEqualTypeOf<Principal>()
    expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
    return c.json(forHono.principalOf(c))
  })
