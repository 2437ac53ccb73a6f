import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express5 from 'express'
import express4 from 'express4'
import fastify5, { type FastifyInstance } from 'fastify'
import { fastify as fastify4 } from 'fastify4'
import { Hono } from 'hono'
import Koa3 from 'koa'
import Koa2 from 'koa2'
import type { Console } from 'rest-api-key/console'
import * as forExpress from 'rest-api-key/console/express'
import * as forFastify from 'rest-api-key/console/fastify'
import * as forHono from 'rest-api-key/console/hono'
import * as forKoa from 'rest-api-key/console/koa'
import * as forNode from 'rest-api-key/console/node'

/** How an application has the console. */
export interface Mounting {
  readonly console: Console
  /** A path below which the framework's own router has it, and which that cuts off. */
  readonly below?: string
  /** Whether the application's body parsers, for forms and JSON, have read every request before. */
  readonly parsed?: boolean
}

export interface Mount {
  readonly name: string
  /** What is not the console's is answered with 418 by the application. */
  serve(mounting: Mounting): Server | Promise<Server>
}

function expressMount(name: string, express: typeof express5): Mount {
  return {
    name,
    serve({ console, below = '/', parsed }) {
      const app = express()
      if (parsed) app.use(express.json(), express.urlencoded({ extended: true }))
      app.use(below, forExpress.mountConsole(console))
      app.use((_req, res) => void res.status(418).end('elsewhere'))
      return createServer(app)
    },
  }
}

function koaMount(name: string, Koa: typeof Koa3): Mount {
  return {
    name,
    serve({ console, below = '', parsed }) {
      const app = new Koa()
      app.silent = true
      const parsers = [express5.json(), express5.urlencoded({ extended: false })]
      app.use(async (ctx, next) => {
        for (const parser of parsed ? parsers : []) {
          await new Promise<void>((resolve, reject) => {
            parser(ctx.req as never, ctx.res as never, (error) => (error ? reject(error) : resolve()))
          })
        }
        Object.assign(ctx.request, { body: (ctx.req as { body?: unknown }).body })
        if (ctx.path.startsWith(below)) ctx.path = ctx.path.slice(below.length) || '/'
        return next()
      })
      app.use(forKoa.mountConsole(console))
      app.use((ctx) => {
        ctx.status = 418
        ctx.body = 'elsewhere'
      })
      return createServer(app.callback())
    },
  }
}

function fastifyMount(name: string, fastify: typeof fastify5): Mount {
  return {
    name,
    async serve({ console, below, parsed }) {
      const app: FastifyInstance = fastify()
      if (parsed) {
        const form = 'application/x-www-form-urlencoded'
        app.addContentTypeParser(form, { parseAs: 'string' }, (_request, body, done) => {
          done(null, Object.fromEntries(new URLSearchParams(String(body))))
        })
      }
      await app.register(forFastify.mountConsole, { console, ...(below !== undefined && { prefix: below }) })
      app.setNotFoundHandler((_request, reply) => reply.code(418).send('elsewhere'))
      await app.ready()
      return app.server
    },
  }
}

const hono: Mount = {
  name: 'Hono',
  serve({ console, below = '', parsed }) {
    const app = new Hono()
    app.use(async (c, next) => {
      const isForm = c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded')
      if (parsed) await (isForm ? c.req.parseBody() : c.req.text())
      return next()
    })
    app.use(`${below}/*`, forHono.mountConsole(console))
    app.all('*', (c) => c.text('elsewhere', 418))
    return createServer(getRequestListener(app.fetch))
  },
}

const node: Mount = {
  name: 'node:http',
  serve({ console }) {
    const answerConsole = forNode.mountConsole(console)
    return createServer((req, res) => {
      answerConsole(req, res).then(
        (answered) => answered || res.writeHead(418).end('elsewhere'),
        () => res.destroy(),
      )
    })
  },
}

/** Every supported major of every framework, and none. */
export const mounts: readonly Mount[] = [
  expressMount('Express 5', express5),
  expressMount('Express 4', express4),
  koaMount('Koa 3', Koa3),
  koaMount('Koa 2', Koa2),
  fastifyMount('Fastify 5', fastify5),
  fastifyMount('Fastify 4', fastify4 as unknown as typeof fastify5),
  hono,
  node,
]
