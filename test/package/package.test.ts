import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { diagnosticsIn } from '../../scripts/docs/compile.js'
import { filesIn, type PackedPackage, packPackage, runNode, runProgram } from './packed.js'

// Builds, compilers and many processes: slow on a busy machine, and never a sign of a mistake.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const require = createRequire(import.meta.url)

const dependencies = ['ipaddr.js', 'lru-cache']
const frameworks = ['express', 'koa', 'fastify', 'hono']
const formats = ['ESM', 'CommonJS'] as const

/** The packages for which an entry is made: its declarations name them. */
const companions: Readonly<Record<string, readonly string[]>> = {
  './express': ['express'],
  './koa': ['koa'],
  './fastify': ['fastify'],
  './hono': ['hono'],
  './nestjs': ['@nestjs/common'],
  './sql': ['kysely'],
  './console/express': ['express'],
  './console/koa': ['koa'],
  './console/fastify': ['fastify'],
  './console/hono': ['hono'],
}
/** The packages whose code an entry needs. */
const neededCompanions: Readonly<Record<string, readonly string[]>> = {
  './sql': ['kysely'],
  './console': ['hono'],
  './nestjs': ['@nestjs/common', '@nestjs/core'],
}
/** Where all of them lie in `node_modules`. */
const companionFolders = [...new Set(Object.values(companions).flat())].map(
  (name) => name.split('/')[0] as string,
)

let packed: PackedPackage

beforeAll(async () => {
  packed = await packPackage()
})

afterAll(() => packed?.remove())

function contents(): string[] {
  return filesIn(packed.folder).map((file) => relative(packed.folder, file))
}

describe('the packed package', () => {
  it('holds what was built, the documents and nothing else', () => {
    const isBuilt = (file: string) => /^dist\/[\w-]+\.(?:js|cjs|d\.ts|d\.cts)$/.test(file)
    expect(
      contents()
        .filter((file) => !isBuilt(file))
        .sort(),
    ).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'dist/THIRD-PARTY-NOTICES',
      'package.json',
    ])
  })

  it('names no folder of the machine that built it', () => {
    const here = resolve(import.meta.dirname, '../..')
    expect(filesIn(packed.folder).filter((file) => readFileSync(file, 'utf8').includes(here))).toEqual([])
  })

  it('points at no source map, because it brings none along', () => {
    const isPointing = (file: string) => readFileSync(file, 'utf8').includes('sourceMappingURL=')
    expect(filesIn(packed.folder).filter(isPointing)).toEqual([])
  })

  it('has at most 400 kB, and at most 1,600 kB when it is installed', () => {
    expect(statSync(packed.tarball).size).toBeLessThanOrEqual(400_000)
    const sizes = filesIn(packed.folder).map((file) => statSync(file).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1_600_000)
  })

  it('declares its conditions of use', () => {
    const { type, license, sideEffects, engines, dependencies: needed } = packed.manifest
    expect({ type, license, sideEffects, engines, needed: Object.keys(needed) }).toEqual({
      type: 'module',
      license: 'MIT',
      sideEffects: false,
      engines: { node: '^20.12 || >=22' },
      needed: dependencies,
    })
  })

  it('leaves every framework to the application', () => {
    const { peerDependencies, peerDependenciesMeta } = packed.manifest
    expect(Object.keys(peerDependencies)).toEqual(expect.arrayContaining(frameworks))
    for (const peer of Object.keys(peerDependencies)) {
      expect(peerDependenciesMeta[peer], peer).toEqual({ optional: true })
    }
  })

  it('runs nothing when it is installed', () => {
    expect(packed.manifest.scripts).not.toHaveProperty('preinstall')
    expect(packed.manifest.scripts).not.toHaveProperty('install')
    expect(packed.manifest.scripts).not.toHaveProperty('postinstall')
  })

  it('shows every entry to resolvers that do not know `exports`', () => {
    const { main, types, typesVersions } = packed.manifest
    const expected = new Map([...packed.entries].map(([entry, { require }]) => [entry, require.types]))
    expect({ main, types }).toEqual({
      main: packed.entries.get('.')?.require.default,
      types: expected.get('.'),
    })
    expected.delete('.')
    const shown = Object.entries(typesVersions['*'] ?? {}).map(
      ([name, [file]]) => [`./${name}`, file] as const,
    )
    expect(new Map(shown)).toEqual(expected)
  })

  it('satisfies publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: packed.folder, pack: false, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  it('satisfies are-the-types-wrong in its strictest profile', async () => {
    const attw = join(dirname(require.resolve('@arethetypeswrong/cli/package.json')), 'dist/index.js')
    const report = await runNode(packed.folder, attw, packed.tarball, '--profile=strict', '--format=table')
    expect(report).toContain('No problems found')
  })
})

describe('the command', () => {
  it('is a program of Node.js that brings its parser along, with the notices of it', () => {
    const { bin } = packed.manifest
    expect(bin).toEqual({ 'rest-api-key': './dist/cli.cjs' })
    const file = join(packed.folder, bin['rest-api-key'] as string)
    expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(statSync(file).mode & 0o111).toBe(0o111)
    expect(packagesNamedBy(file).sort()).toEqual(dependencies)
    const notices = readFileSync(join(packed.folder, 'dist/THIRD-PARTY-NOTICES'), 'utf8')
    expect(notices).toContain('commander')
    expect(notices).toContain('Permission is hereby granted')
  })

  it('runs in a project by npx, with the drivers that are there', async () => {
    const folder = packed.install('command', [...dependencies, 'kysely', '@libsql/kysely-libsql'])
    writeFileSync(join(folder, 'package.json'), '{ "name": "command", "private": true }')
    mkdirSync(join(folder, 'node_modules/.bin'))
    symlinkSync('../rest-api-key/dist/cli.cjs', join(folder, 'node_modules/.bin/rest-api-key'))
    const npx = ['--no-install', 'rest-api-key', '--store', 'sqlite:keys.db', '--tenant', 'acme']
    const run = (...args: readonly string[]) => runProgram('npx', [...npx, ...args], folder)
    await run('migrate')
    const group = (await run('groups', 'create', '--name', 'Integrations')).trim()
    expect(await run('keys', 'create', '--group', group)).toMatch(/^rak_\w{36}\n$/)
    expect(JSON.parse(await run('keys', 'list', '--json')).items).toMatchObject([{ groupId: group }])
    const { version } = JSON.parse(readFileSync(join(packed.folder, 'package.json'), 'utf8'))
    expect(await run('--version')).toBe(`${version}\n`)
  })
})

describe('an entry', () => {
  let folder: string
  /** Its pages are made with Hono. */
  let folderOfConsole: string
  let folderOfNest: string
  let names: ReadonlyMap<string, string>

  beforeAll(async () => {
    folder = packed.install('alone', [...dependencies, 'kysely'])
    folderOfConsole = packed.install('console', [...dependencies, 'hono'])
    folderOfNest = packed.install('nest', [...dependencies, '@nestjs'])
    for (const framework of frameworks) {
      const stub = join(folder, 'node_modules', framework)
      mkdirSync(stub)
      writeFileSync(join(stub, 'package.json'), '{ "main": "index.js" }')
      writeFileSync(join(stub, 'index.js'), `process.stdout.write('loaded ${framework}')`)
    }
    const loads = formats.flatMap((format) =>
      [...packed.entries.keys()].map(
        async (entry) =>
          [`${entry} ${format}`, await load(specifierOf(entry), format, folderOf(entry))] as const,
      ),
    )
    names = new Map(await Promise.all(loads))
  })

  function folderOf(entry: string): string {
    return { './console': folderOfConsole, './nestjs': folderOfNest }[entry] ?? folder
  }

  function load(specifier: string, format: (typeof formats)[number], where = folder): Promise<string> {
    const print = 'process.stdout.write(JSON.stringify(Object.keys(loaded).sort()))'
    return format === 'ESM'
      ? evaluate(where, 'module', `import * as loaded from '${specifier}'; ${print}`)
      : evaluate(where, 'commonjs', `const loaded = require('${specifier}'); ${print}`)
  }

  it('is declared without `any`', () => {
    const found = contents()
      .filter((file) => /\.d\.c?ts$/.test(file))
      .filter((file) => hasAny(readFileSync(join(packed.folder, file), 'utf8')))
    expect(found).toEqual([])
  })

  it('has declarations that name no package but its own companion', () => {
    for (const [entry, { import: esm, require: cjs }] of packed.entries) {
      const isForeign = (name: string) => !companions[entry]?.includes(name)
      expect(packagesNamedBy(join(packed.folder, esm.types)).filter(isForeign), entry).toEqual([])
      expect(packagesNamedBy(join(packed.folder, cjs.types)).filter(isForeign), entry).toEqual([])
    }
  })

  it('has code that names the two dependencies and no framework', () => {
    for (const [entry, { import: esm, require: cjs }] of packed.entries) {
      const needed = [...dependencies, ...(neededCompanions[entry] ?? [])]
      const isForeign = (name: string) => !needed.includes(name)
      expect(packagesNamedBy(join(packed.folder, esm.default)).filter(isForeign), entry).toEqual([])
      expect(packagesNamedBy(join(packed.folder, cjs.default)).filter(isForeign), entry).toEqual([])
    }
  })

  it.each(formats)('loads no framework, not even its own (%s)', (format) => {
    for (const entry of packed.entries.keys()) expect(names.get(`${entry} ${format}`), entry).toMatch(/^\[/)
  })

  it.each(formats)('would be found out if it loaded one (%s)', async (format) => {
    for (const framework of frameworks) expect(await load(framework, format)).toContain(`loaded ${framework}`)
  })

  it('gives the same names in both formats and none by default', () => {
    for (const entry of packed.entries.keys()) {
      expect(names.get(`${entry} CommonJS`), entry).toBe(names.get(`${entry} ESM`))
      expect(names.get(`${entry} ESM`), entry).not.toContain('"default"')
    }
  })

  it('for a framework gives the same three names as the others', () => {
    for (const framework of frameworks) {
      expect(names.get(`./${framework} ESM`)).toBe('["apiKeyAuth","principalOf","requireRole"]')
    }
  })

  it('for NestJS gives the names of its own', () => {
    expect(JSON.parse(names.get('./nestjs ESM') ?? '')).toEqual([
      'ApiKeyDeniedException',
      'ApiKeyGuard',
      'ApiKeyModule',
      'Principal',
      'RequireRole',
      'principalOf',
    ])
  })

  it('for a console in a framework, or in none, gives one and the same name', () => {
    for (const framework of [...frameworks, 'node']) {
      expect(names.get(`./console/${framework} ESM`)).toBe('["mountConsole"]')
    }
  })

  it('for package.json exists', async () => {
    expect(await load('rest-api-key/package.json', 'CommonJS')).toContain('"version"')
  })

  it.each(formats)('does not exist for the files behind the others (%s)', async (format) => {
    for (const path of ['dist/index.js', 'dist/index.cjs', 'dist/cli.cjs', 'index', 'LICENSE']) {
      await expect(load(`rest-api-key/${path}`, format)).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED')
    }
  })

  it.each(formats)('has no effect on the process that loads it (%s)', async (format) => {
    const apart = ['./console', './nestjs']
    const others = [...packed.entries.keys()].filter((entry) => !apart.includes(entry))
    expect(await effectsOf(others.map(specifierOf), format, folder)).toEqual([])
    expect(await effectsOf(['rest-api-key/console'], format, folderOfConsole)).toEqual([])
    // NestJS itself has some.
    const ofNest = await effectsOf(['@nestjs/common', '@nestjs/core'], format, folderOfNest)
    expect(await effectsOf(['rest-api-key/nestjs'], format, folderOfNest)).toEqual(ofNest)
  })

  it('would be found out if it had one', async () => {
    const found = join(folder, 'node_modules/noisy')
    mkdirSync(found)
    writeFileSync(join(found, 'package.json'), '{ "main": "index.js" }')
    writeFileSync(
      join(found, 'index.js'),
      `process.on('exit', () => {}); globalThis.noisy = setInterval(() => {}, 9)`,
    )
    expect(await effectsOf(['noisy'], 'CommonJS', folder)).toEqual(['globals', 'listeners', 'resources'])
  })

  /** The names of what differs in a process after all of these were loaded. */
  async function effectsOf(specifiers: readonly string[], format: (typeof formats)[number], where: string) {
    const load = (name: string) => (format === 'ESM' ? `await import('${name}')` : `require('${name}')`)
    const output = await evaluate(
      where,
      'module',
      `import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      const state = () => ({
        globals: Reflect.ownKeys(globalThis).map(String),
        prototypes: [Object, Array, Promise, Map, String].map((one) => Reflect.ownKeys(one.prototype).map(String)),
        listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
        resources: process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'Immediate'),
        environment: { ...process.env },
      })
      const before = state()
      ${specifiers.map(load).join('\n')}
      const after = state()
      const differs = (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])
      process.stdout.write(JSON.stringify(Object.keys(before).filter(differs)), () => process.exit())`,
    )
    return JSON.parse(output) as string[]
  }
})

function hasAny(declarations: string): boolean {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, declarations)
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (token === ts.SyntaxKind.AnyKeyword) return true
  }
  return false
}

/** The packages that a file and all files behind it import, without those of Node.js. */
function packagesNamedBy(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true)
  const names = importedFiles.flatMap(({ fileName }) => {
    if (!fileName.startsWith('.')) return fileName.startsWith('node:') ? [] : [packageOf(fileName)]
    const isDeclared = /\.d\.c?ts$/.test(file)
    return packagesNamedBy(join(dirname(file), isDeclared ? declarationsOf(fileName) : fileName), seen)
  })
  return [...new Set(names)]
}

function packageOf(specifier: string): string {
  return (/^(?:@[^/]+\/)?[^/]+/.exec(specifier) as RegExpExecArray)[0]
}

function declarationsOf(file: string): string {
  return file.replace(/\.(c?)js$/, '.d.$1ts')
}

describe('copies of the package', () => {
  let folder: string

  beforeAll(() => {
    folder = packed.install('copies', [...dependencies, 'hono'])
  })

  const loadBoth = `
    import { createRequire } from 'node:module'
    const require = createRequire(import.meta.url)
    const load = { ESM: (name) => import(name), CommonJS: async (name) => require(name) }
  `

  it.each(formats)('are one, whichever entries are imported (%s)', async (format) => {
    for (const framework of frameworks) {
      const output = await evaluate(
        folder,
        'module',
        `${loadBoth}
        const { RestApiKeyError } = await load.${format}('rest-api-key')
        const { requireRole } = await load.${format}('rest-api-key/${framework}')
        try { requireRole() } catch (error) { console.log(error instanceof RestApiKeyError, error.code) }`,
      )
      expect(output, framework).toBe('true invalid_option\n')
    }
  })

  describe.each([
    ['ESM', 'CommonJS'],
    ['CommonJS', 'ESM'],
  ])('of %s and %s', (one, other) => {
    it('recognise errors of each other', async () => {
      const output = await evaluate(
        folder,
        'module',
        `${loadBoth}
        const { requireRole } = await load.${one}('rest-api-key/express')
        const { isRestApiKeyError } = await load.${other}('rest-api-key')
        try { requireRole() } catch (error) { console.log(isRestApiKeyError(error)) }`,
      )
      expect(output).toBe('true\n')
    })

    it('share authorizers, tenants and what middleware leaves on a request', async () => {
      const output = await evaluate(
        folder,
        'module',
        `${loadBoth}
        const { Hono } = await import('hono')
        const { apiKeyAuth } = await load.${one}('rest-api-key/hono')
        const { requireRole } = await load.${other}('rest-api-key/hono')
        const { authorizationFor, createAuthorizer, memoryStore, tenantFromHeader, tenantFromKey } =
          await load.${other}('rest-api-key')
        const referenceId = '0123456789ABCDEF0123456789ABCDEF'
        const store = memoryStore({ keys: [{ referenceId, tenantId: 'acme', inRole: 'Operator' }] })
        const authorizer = createAuthorizer({ store })
        const app = new Hono()
        app.use('/any', apiKeyAuth(authorizer, { tenant: tenantFromKey }))
        app.use('/named', apiKeyAuth(authorizer, { tenant: tenantFromHeader('x-tenant') }))
        app.get('/any', requireRole('Operator'), (c) => c.body(null))
        app.get('/named', requireRole('Administrator'), (c) => c.body(null))
        const headers = { authorization: authorizationFor(referenceId), 'x-tenant': 'acme' }
        console.log((await app.request('/any', { headers })).status)
        console.log((await app.request('/named', { headers })).status)`,
      )
      expect(output).toBe('200\n403\n')
    })
  })
})

describe('a strict TypeScript project', () => {
  const { Node16, NodeNext, CommonJS, ESNext } = ts.ModuleKind
  const { Node10, Bundler } = ts.ModuleResolutionKind
  const resolutions: Readonly<Record<string, ts.CompilerOptions>> = {
    nodenext: { module: NodeNext },
    node16: { module: Node16 },
    node10: { module: CommonJS, moduleResolution: Node10 },
    bundler: { module: ESNext, moduleResolution: Bundler },
  }
  const oldest = { express: 'express4', koa: 'koa2', fastify: 'fastify4' }

  it.each([
    ['module', 'node16', 'newest'],
    ['module', 'bundler', 'newest'],
    ['module', 'nodenext', 'oldest'],
    ['commonjs', 'node16', 'newest'],
    ['commonjs', 'node10', 'newest'],
    ['commonjs', 'nodenext', 'oldest'],
  ])(
    'of type %s with %s resolution and the %s frameworks compiles and runs',
    async (type, resolution, age) => {
      const packages = [...dependencies, ...companionFolders, '@types']
      const name = `${type}-${resolution}-${age}`
      const folder = packed.install(name, packages, age === 'oldest' ? oldest : {})
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }))
      writeFileSync(join(folder, 'entries.ts'), reExports([...packed.entries.keys()]))
      cpSync(join(import.meta.dirname, 'consumer.ts'), join(folder, 'consumer.ts'))
      const files = ['consumer.ts', 'entries.ts'].map((file) => join(folder, file))
      const program = ts.createProgram(files, { ...strict, ...resolutions[resolution] })
      expect(diagnosticsIn(program, ({ fileName }) => fileName.startsWith(`${folder}/`))).toEqual([])

      program.emit(program.getSourceFile(join(folder, 'consumer.ts')))
      const served = [200, 401, 401, 403]
      const signedInOnly = [401, 200]
      expect(JSON.parse(await runNode(folder, 'consumer.js'))).toEqual({
        express: served,
        koa: served,
        fastify: served,
        node: served,
        fetch: served,
        hono: served,
        nest: served,
        consoles: [signedInOnly, signedInOnly, signedInOnly, signedInOnly, signedInOnly],
      })
    },
  )

  it('without a framework needs the types of Node.js only', () => {
    const folder = packed.install('core', [...dependencies, '@types/node'])
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const entries = [...packed.entries.keys()].filter((entry) => companions[entry] === undefined)
    writeFileSync(join(folder, 'main.ts'), reExports(entries))
    const program = ts.createProgram([join(folder, 'main.ts')], { ...strict, ...resolutions.nodenext })
    expect(diagnosticsIn(program, () => true)).toEqual([])
  })

  const strict: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    esModuleInterop: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    types: ['node'],
  }

  function reExports(entries: readonly string[]): string {
    return entries.map((entry, index) => `export * as entry${index} from '${specifierOf(entry)}'`).join('\n')
  }
})

function specifierOf(entry: string): string {
  return entry.replace('.', 'rest-api-key')
}

function evaluate(folder: string, type: 'module' | 'commonjs', code: string): Promise<string> {
  return runNode(folder, `--input-type=${type}`, '--eval', code)
}
