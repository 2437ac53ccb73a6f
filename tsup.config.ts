import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    management: 'src/management/index.ts',
    sql: 'src/stores/sql/index.ts',
    redis: 'src/stores/redis/index.ts',
    testing: 'src/testing/index.ts',
    console: 'src/console/index.ts',
    express: 'adapters/express.ts',
    koa: 'adapters/koa.ts',
    fastify: 'adapters/fastify.ts',
    hono: 'adapters/hono.ts',
    node: 'adapters/node.ts',
    fetch: 'adapters/fetch.ts',
    'console-express': 'adapters/console-express.ts',
    'console-koa': 'adapters/console-koa.ts',
    'console-fastify': 'adapters/console-fastify.ts',
    'console-hono': 'adapters/console-hono.ts',
    'console-node': 'adapters/console-node.ts',
  },
  format: ['esm', 'cjs'],
  target: 'node20',
  // Shared chunks in both formats, or each entry would carry its own copy of the library.
  splitting: true,
  // Other runtimes know Node's modules only by `node:`.
  removeNodeProtocol: false,
  dts: true,
  clean: true,
})
