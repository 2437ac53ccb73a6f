import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const exec = promisify(execFile)

const repository = fileURLToPath(new URL('../..', import.meta.url))

interface Conditions {
  readonly import: { readonly types: string; readonly default: string }
  readonly require: { readonly types: string; readonly default: string }
}

/** What is read of `package.json` here. */
interface Manifest {
  readonly type: string
  readonly license: string
  readonly sideEffects: boolean
  readonly engines: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly scripts: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
  readonly main: string
  readonly types: string
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly exports: Readonly<Record<string, Conditions | string>>
}

/** The package as npm publishes it, unpacked outside of the repository. */
export interface PackedPackage {
  readonly tarball: string
  /** Where the tarball is unpacked. */
  readonly folder: string
  readonly manifest: Manifest
  /** Its entries with code, as in `exports`. */
  readonly entries: ReadonlyMap<string, Conditions>
  /**
   * A folder with the package and others in its `node_modules`, and nothing else to be found from there.
   *
   * @param packages Names or folders in the repository's `node_modules`.
   * @param substitutes Packages that stand there under another name.
   */
  install(name: string, packages: readonly string[], substitutes?: Readonly<Record<string, string>>): string
  remove(): void
}

/** Runs Node.js; rejects with what it printed unless it exits with 0. */
export async function runNode(cwd: string, ...args: readonly string[]): Promise<string> {
  return runProgram(process.execPath, args, cwd)
}

/** Runs a program; rejects with what it printed unless it exits with 0. */
export async function runProgram(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await exec(command, args, { cwd, env: { ...process.env, NO_COLOR: '1' } })
    return stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
  }
}

/** Packs what was built last; builds first if a source is younger. */
export async function packPackage(): Promise<PackedPackage> {
  if (isStale()) await runProgram('npm', ['run', 'build'], repository)
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'rest-api-key-package-'))
  await runProgram(
    'npm',
    ['pack', '--ignore-scripts', '--no-update-notifier', '--pack-destination', root],
    repository,
  )
  const tarball = join(root, readdirSync(root).find((name) => name.endsWith('.tgz')) as string)
  await runProgram('tar', ['-xzf', tarball], root)
  const folder = join(root, 'package')
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const entries = Object.entries(manifest.exports).filter(
    (entry): entry is [string, Conditions] => typeof entry[1] === 'object',
  )

  return {
    tarball,
    folder,
    manifest,
    entries: new Map(entries),
    install(name, packages, substitutes = {}) {
      const modules = join(root, name, 'node_modules')
      cpSync(folder, join(modules, 'rest-api-key'), { recursive: true })
      for (const link of packages) {
        mkdirSync(dirname(join(modules, link)), { recursive: true })
        symlinkSync(
          join(repository, 'node_modules', substitutes[link] ?? link),
          join(modules, link),
          'junction',
        )
      }
      return join(root, name)
    },
    remove: () => rmSync(root, { recursive: true }),
  }
}

/** Every file below a folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function isStale(): boolean {
  const dist = join(repository, 'dist')
  if (!existsSync(join(dist, 'index.d.ts'))) return true
  const sources = ['src', 'adapters'].flatMap((folder) => filesIn(join(repository, folder)))
  const configuration = ['tsup.config.ts', 'tsconfig.json', 'package.json'].map((file) =>
    join(repository, file),
  )
  const changedAtMs = Math.max(...[...sources, ...configuration].map(modifiedAtMs))
  return changedAtMs > Math.min(...filesIn(dist).map(modifiedAtMs))
}

function modifiedAtMs(file: string): number {
  return statSync(file).mtimeMs
}
