import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { afterAll, beforeAll } from 'vitest'
import { commandLine } from '../../tsup.config.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface Ended {
  /** 128 if a signal has ended it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  /** Resolves when the text was printed, on whichever output. */
  printed(text: string): Promise<void>
}

export type Environment = Readonly<Record<string, string>>

/** A folder as a user of the command has it: with packages in `node_modules`, and nothing else to be found from there. */
export class Project {
  readonly folder: string
  readonly #environment: NodeJS.ProcessEnv

  constructor(command: string, packages: readonly string[], environment: Environment) {
    this.folder = mkdtempSync(join(realpathSync(tmpdir()), 'rest-api-key-cli-'))
    const modules = join(this.folder, 'node_modules')
    for (const name of packages) link(join(repository, 'node_modules', name), join(modules, name))
    link(command, join(modules, '.bin', 'rest-api-key'))
    // Nothing else of where the tests run: a variable such as CI decides whether Node.js writes colours.
    const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env
    this.#environment = {
      HOME,
      TMPDIR,
      TERM: 'xterm-256color',
      PATH: `${join(modules, '.bin')}${delimiter}${PATH}`,
      ...environment,
    }
  }

  write(file: string, text: string | readonly string[]): string {
    const path = join(this.folder, file)
    writeFileSync(path, typeof text === 'string' ? text : text.join(''))
    return path
  }

  /** Runs the command in a pipe. */
  async run(args: readonly string[], input = '', environment: Environment = {}): Promise<Ended> {
    const running = this.start('rest-api-key', args, environment)
    running.child.stdin.end(input)
    return running.ended
  }

  /** Runs a line of a shell. */
  async shell(line: string, environment: Environment = {}): Promise<Ended> {
    const running = this.start('sh', ['-c', line], environment)
    running.child.stdin.end()
    return running.ended
  }

  /** Starts a line of a shell in a pseudo-terminal; its output comes as `stdout`, what is written to it is typed. */
  terminal(line: string, columns = 120, environment: Environment = {}): Running {
    const sized = `stty cols ${columns} rows 24; ${line}`
    return this.start('script', ['--quiet', '--return', '--command', sized, '/dev/null'], environment)
  }

  start(program: string, args: readonly string[], environment: Environment = {}): Running {
    const env = { ...this.#environment, ...environment }
    const child = spawn(program, args, { cwd: this.folder, env })
    let stdout = ''
    let stderr = ''
    const output = new EventEmitter()
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk
      output.emit('more')
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk
      output.emit('more')
    })
    // Whoever ends early does not read to the end.
    child.stdin.on('error', () => {})
    const ended = once(child, 'close').then(([code]): Ended => ({ code: code ?? 128, stdout, stderr }))
    return {
      child,
      ended,
      printed(text) {
        return new Promise((resolve, reject) => {
          const look = () => (stdout + stderr).includes(text) && resolve()
          look()
          output.on('more', look)
          ended.then(() => reject(new Error(`It ended without printing ${text}: ${stdout}${stderr}`)))
        })
      },
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Builds the command for a file of tests, which makes its projects with what is returned; all of it is removed afterwards. */
export function builtCommand(): (packages?: readonly string[], environment?: Environment) => Project {
  const outDir = join('.tmp', `cli-${process.pid}-${Date.now()}`)
  const projects: Project[] = []
  beforeAll(async () => {
    await build({ ...commandLine(outDir), config: false, silent: true })
  }, 60_000)
  afterAll(() => {
    for (const project of projects) project.remove()
    rmSync(join(repository, outDir), { recursive: true, force: true })
  })
  return (packages = sqlitePackages, environment = sqliteEnvironment) => {
    const project = new Project(join(repository, outDir, 'cli.cjs'), packages, environment)
    projects.push(project)
    return project
  }
}

const sqlitePackages = ['kysely', '@libsql/kysely-libsql']
const sqliteEnvironment = { REST_API_KEY_STORE: 'sqlite:keys.db', REST_API_KEY_TENANT: 'acme' }

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path, 'junction')
}
