import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { builtCommand, type Project } from '../support/command-line.js'

// Each call is a process.
vi.setConfig({ testTimeout: 60_000 })

const newProject = builtCommand()

/** A package of the project's own. */
function addPackage(project: Project, name: string, files: Readonly<Record<string, string>>): void {
  const folder = join(project.folder, 'node_modules', name)
  mkdirSync(folder, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
}

describe('packages that are missing where the command runs', () => {
  it.each([
    ['postgres://127.0.0.1/keys', [], 'kysely pg'],
    ['postgresql://127.0.0.1/keys', ['kysely'], 'pg'],
    ['mysql://127.0.0.1/keys', [], 'kysely mysql2'],
    ['mariadb://127.0.0.1/keys', ['mysql2'], 'kysely'],
    ['sqlite:keys.db', [], 'kysely @libsql/kysely-libsql'],
    ['sqlite:keys.db', ['kysely'], '@libsql/kysely-libsql'],
    ['redis://127.0.0.1', [], 'ioredis'],
    ['rediss://127.0.0.1', ['kysely'], 'ioredis'],
  ])('%s with %j: are named, with the command that installs them', async (store, packages, missing) => {
    const { code, stdout, stderr } = await newProject(packages, {}).run(['migrate', '--store', store])
    expect({ code, stdout, stderr }).toEqual({
      code: 3,
      stdout: '',
      stderr: `rest-api-key: This store needs packages that are not installed here; run: npm install ${missing}\n`,
    })
  })

  it('are not looked for before they are needed', async () => {
    expect((await newProject([], {}).run(['keys', 'import', '--help'])).code).toBe(0)
  })
})

describe('a package that cannot be loaded', () => {
  it('is named, and nothing of its error is shown', async () => {
    const project = newProject(['kysely'], {})
    addPackage(project, 'pg', { 'index.js': "throw new TypeError('a value of the environment')" })
    const { code, stderr } = await project.run(['migrate', '--store', 'postgres://127.0.0.1/keys'])
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'rest-api-key: The package pg cannot be loaded (TypeError)\n',
    })
  })
})

describe('a driver that fails where nobody listens', () => {
  it('ends the command with 70 and one line, without its message', async () => {
    const project = newProject(['kysely'], {})
    addPackage(project, 'pg', {
      'index.js': `exports.Pool = class {
        on() {}
        connect() { setImmediate(() => { throw new Error('a value of the environment') }); return new Promise(() => {}) }
        end() {}
      }`,
    })
    const args = ['groups', 'list', '--tenant', 'acme', '--store', 'postgres://127.0.0.1/keys']
    const { code, stdout, stderr } = await project.run(args)
    expect({ code, stdout, stderr }).toEqual({
      code: 70,
      stdout: '',
      stderr: 'rest-api-key: The command failed unexpectedly (Error)\n',
    })
  })
})

describe('Kysely', () => {
  it('is found with its migrator apart, as from 0.29 on', async () => {
    const project = newProject(['@libsql/kysely-libsql'], {})
    const original = JSON.stringify(join(import.meta.dirname, '../../node_modules/kysely'))
    addPackage(project, 'kysely', {
      'package.json': '{ "exports": { ".": "./index.js", "./migration": "./migration.js" } }',
      'index.js': `const { Migrator: _, ...rest } = require(${original}); module.exports = rest`,
      'migration.js': `exports.Migrator = require(${original}).Migrator`,
    })
    const { code, stderr } = await project.run(['migrate', '--store', 'sqlite:keys.db'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'The store is up to date.\n' })
  })
})
