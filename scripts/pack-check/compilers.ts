import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One release of TypeScript that users of the package may have. */
export interface Compiler {
  readonly version: string
  /** Its `tsc`, to be run by Node.js. */
  readonly program: string
}

const modules = fileURLToPath(new URL('../../test/typescript/node_modules', import.meta.url))

/** Those of test/typescript, from the oldest to the newest. */
export function installedCompilers(): Compiler[] {
  if (!existsSync(modules)) throw new Error('Run npm ci --prefix test/typescript first')
  return readdirSync(modules)
    .filter((name) => name.startsWith('typescript-'))
    .map((name) => ({ version: versionOf(name), program: join(modules, name, 'bin/tsc') }))
    .sort((one, other) => one.version.localeCompare(other.version, 'en', { numeric: true }))
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(modules, name, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
