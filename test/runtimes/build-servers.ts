import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { PackedPackage } from '../package/packed.js'

interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>
}

/** What is installed beside this file, and not in the repository's folder. */
const installedHere = createRequire(import.meta.url)
const servers = ['node', 'bun', 'deno', 'worker']

/** What the servers import beside the package. */
const packages = [
  '@hono/node-server',
  '@libsql/client',
  '@libsql/kysely-libsql',
  'hono',
  'ipaddr.js',
  'kysely',
  'libsql',
  'lru-cache',
]

/**
 * Builds the servers into a folder in which the packed package is installed, and returns it. Only the worker is one file
 * with everything in it, as those that are deployed.
 */
export async function buildServers(packed: PackedPackage): Promise<string> {
  const { build } = installedHere('esbuild') as Esbuild
  const folder = packed.install('runtimes', packages)
  // Without the paths of the repository's tsconfig.json, which lead to the sources.
  const common = { bundle: true, format: 'esm', target: 'es2022', tsconfigRaw: '{}' }
  await build({
    ...common,
    entryPoints: servers.map((name) => fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url))),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    packages: 'external',
  })
  await build({
    ...common,
    entryPoints: [`${folder}/worker.mjs`],
    outfile: `${folder}/worker.bundle.mjs`,
    platform: 'neutral',
    conditions: ['workerd', 'worker'],
    mainFields: ['module', 'main'],
    external: ['node:*'],
  })
  return folder
}
