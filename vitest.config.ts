import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^rest-api-key$/, replacement: source('./src/index.ts') },
      { find: /^rest-api-key\/(testing|management|console)$/, replacement: source('./src/$1/index.ts') },
      { find: /^rest-api-key\/(sql|redis)$/, replacement: source('./src/stores/$1/index.ts') },
      {
        find: /^rest-api-key\/(express|koa|fastify|hono|node|fetch|nestjs)$/,
        replacement: source('./adapters/$1.ts'),
      },
      {
        find: /^rest-api-key\/console\/(express|koa|fastify|hono|node)$/,
        replacement: source('./adapters/console-$1.ts'),
      },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // With a process for each file, the tests of units and adapters take a third longer.
    pool: 'threads',
    // What tests start as processes of their own is not counted: the command line and the packed package.
    coverage: {
      provider: 'v8',
      include: ['src/**', 'adapters/**'],
      reporter: ['text', 'text-summary'],
      reportsDirectory: '.tmp/coverage',
    },
    // Much of the time is spent waiting for servers, browsers and other processes: one worker for each core would idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
})
