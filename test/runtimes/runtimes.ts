import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const modules = fileURLToPath(new URL('node_modules', import.meta.url))
const program = (name: string) => join(modules, '.bin', name)
const nodeOf = (major: number) => join(modules, `node${major}`, 'bin', 'node')

export interface Runtime {
  readonly name: string
  /** The package in which its version stands. */
  readonly module: string
  readonly sqlite: string
  /** The command that runs the suite's server for it, in the folder in which that lies. */
  readonly command: readonly string[]
  /** Whether it serves with `node:http`, so that the adapter for it is tested. */
  readonly hasNodeHttp: boolean
}

const node = (major: number): Runtime => ({
  name: `Node.js ${major}`,
  module: `node${major}`,
  sqlite: major < 22 ? 'libsql' : 'node:sqlite',
  command: [nodeOf(major), 'node.mjs'],
  hasNodeHttp: true,
})

export const runtimes: readonly Runtime[] = [
  node(20),
  node(22),
  node(24),
  node(26),
  {
    name: 'Bun',
    module: 'bun',
    sqlite: 'bun:sqlite',
    command: [program('bun'), 'bun.mjs'],
    hasNodeHttp: true,
  },
  {
    name: 'Deno',
    module: 'deno',
    sqlite: 'node:sqlite',
    command: [
      program('deno'),
      'run',
      '--quiet',
      '--no-prompt',
      '--node-modules-dir=manual',
      '--allow-net=127.0.0.1,[::1]',
      'deno.mjs',
    ],
    hasNodeHttp: true,
  },
  {
    name: 'Workers',
    module: 'workerd',
    sqlite: 'Durable Object',
    command: [
      nodeOf(24),
      fileURLToPath(new URL('servers/miniflare.mjs', import.meta.url)),
      'worker.bundle.mjs',
    ],
    hasNodeHttp: false,
  },
]
