import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Options } from 'tsup'

const library: Options = {
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
    nestjs: 'adapters/nestjs.ts',
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
  // The command is built at the same time.
  clean: ['!cli.cjs', '!THIRD-PARTY-NOTICES'],
}

const bundled = ['commander']

/** The command line: one file, which takes Kysely and drivers from the folder in which it is run. */
export function commandLine(outDir: string): Options {
  return {
    entry: { cli: 'src/cli/main.ts' },
    format: 'cjs',
    target: 'node20',
    removeNodeProtocol: false,
    outDir,
    // Kysely stands for another module, which is not external.
    noExternal: [...bundled, 'kysely'],
    esbuildOptions(options) {
      options.alias = { kysely: './src/cli/store/project-kysely.cts' }
    },
    async onSuccess() {
      const notices = bundled.map(
        (name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`,
      )
      writeFileSync(join(outDir, 'THIRD-PARTY-NOTICES'), `cli.cjs contains:\n\n${notices.join('\n\n')}`)
    },
  }
}

export default defineConfig([library, commandLine('dist')])
