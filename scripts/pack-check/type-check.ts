import { spawnSync } from 'node:child_process'
import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Compiler } from './compilers.js'

/** How a project's compiler finds what is imported. */
export type Resolution = 'node16' | 'nodenext' | 'bundler' | 'node10'

/** What one compiler finds in one project. */
export interface TypeCheck {
  /** In the project and in the declarations of the package. */
  readonly errors: readonly string[]
  /** Packages in whose own declarations it finds something. */
  readonly foreign: readonly string[]
}

const modules = { node16: 'node16', nodenext: 'nodenext', bundler: 'esnext', node10: 'commonjs' } as const

/** Whether a compiler still knows a way of resolving: 7 has left out the one without `exports`. */
export function knows({ version }: Compiler, resolution: Resolution): boolean {
  return resolution !== 'node10' || Number.parseInt(version, 10) < 7
}

/** Checks the project strictly, the declarations of its packages included. */
export function typeCheck(
  folder: string,
  files: readonly string[],
  compiler: Compiler,
  resolution: Resolution,
): TypeCheck {
  const isDeprecated = resolution === 'node10' && Number.parseInt(compiler.version, 10) >= 6
  const compilerOptions = {
    target: 'es2022',
    module: modules[resolution],
    moduleResolution: resolution,
    ...(isDeprecated && { ignoreDeprecations: '6.0' }),
    types: ['node'],
    strict: true,
    // NestJS has the decorators of that time.
    experimentalDecorators: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    esModuleInterop: true,
    skipLibCheck: false,
    noEmit: true,
  }
  const project = join(folder, 'tsconfig.json')
  writeFileSync(project, JSON.stringify({ compilerOptions, files }))
  const { status, stdout } = spawnSync(
    process.execPath,
    [compiler.program, '-p', project, '--pretty', 'false'],
    {
      cwd: realpathSync(folder),
      encoding: 'utf8',
    },
  )
  const lines = stdout.split('\n').filter((line) => /error TS\d+:/.test(line))
  if (status !== 0 && lines.length === 0) throw new Error(`TypeScript ${compiler.version} failed:\n${stdout}`)
  const foreign = lines.map(packageNamedBy)
  return {
    errors: lines.filter((_, index) => foreign[index] === undefined),
    foreign: [...new Set(foreign.filter((name) => name !== undefined))],
  }
}

/** The package in which an error is, unless it is the one that is checked. */
function packageNamedBy(line: string): string | undefined {
  const [, path] = /^(.*?)\(\d+,\d+\): error/.exec(line) ?? []
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path ?? '') ?? []
  return name === 'rest-api-key' ? undefined : name
}
