import { readFileSync } from 'node:fs'

// Own code, minified and compressed with brotli: without the dependencies, the peers and what Node.js brings along.
const others = ['node:*', 'ipaddr.js', 'lru-cache', 'kysely', 'hono', 'hono/*', '@nestjs/*']
/** `authorizer.explain` loads it when it is called for the first time. */
const explain = './explain-*.js'

/** For adapters together with `createAuthorizer`, without which none of them works. */
const adapters = {
  express: '9.5 kB',
  koa: '9.4 kB',
  fastify: '9.6 kB',
  hono: '9.5 kB',
  node: '9.3 kB',
  fetch: '9.2 kB',
  nestjs: '10.5 kB',
}

/** For everything that an entry exports. */
const entries = {
  index: '13.2 kB',
  management: '16 kB',
  sql: '9 kB',
  redis: '7.2 kB',
  testing: '16.5 kB',
  console: '22.5 kB',
  'console-express': '1 kB',
  'console-koa': '1 kB',
  'console-fastify': '1.4 kB',
  'console-hono': '1 kB',
  'console-node': '1 kB',
}

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const built = Object.values(exports).flatMap(({ import: esm }) => esm?.default.match(/[\w-]+(?=\.js$)/) ?? [])
const withoutBudget = built.filter((name) => !(name in adapters || name in entries))
if (withoutBudget.length > 0) throw new Error(`.size-limit.mjs has no budget for ${withoutBudget.join(', ')}`)

// As modules, which is how applications bundle it: in a script every import of `node:` needs helpers of the bundler.
const check = { modifyEsbuildConfig: (config) => ({ ...config, format: 'esm', logLevel: 'error' }) }

export default [
  ...Object.entries(adapters).map(([name, limit]) => ({
    ...check,
    name: `core and ${name}`,
    path: 'dist/index.js',
    import: { 'dist/index.js': '{ createAuthorizer }', [`dist/${name}.js`]: '*' },
    ignore: [...others, explain],
    limit,
  })),
  ...Object.entries(entries).map(([name, limit]) => ({
    ...check,
    name,
    path: `dist/${name}.js`,
    import: '*',
    ignore: others,
    limit,
  })),
  { ...check, name: 'cli', path: 'dist/cli.cjs', ignore: others, limit: '48 kB' },
]
