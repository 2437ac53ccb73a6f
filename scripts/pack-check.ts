/**
 * Checks the package as npm publishes it: its tests, an installation in an empty folder, and strict projects of every
 * kind under every release of TypeScript in test/typescript.
 *
 *     npm run pack:check
 *     npm run pack:check -- --typescript 5.4
 *
 * Takes a few minutes. The exit status is 1 if anything is found.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { filesIn, type PackedPackage, packPackage } from '../test/package/packed.js'
import { cleanInstall } from './pack-check/clean-install.js'
import { installedCompilers } from './pack-check/compilers.js'
import { knows, type Resolution, typeCheck } from './pack-check/type-check.js'

const resolutions: readonly Resolution[] = ['node16', 'nodenext', 'bundler', 'node10']
const consumer = 'test/package/consumer.ts'

const { values } = parseArgs({ options: { typescript: { type: 'string', default: '' } } })
const compilers = installedCompilers().filter(({ version }) => version.startsWith(values.typescript))

const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/package/package.test.ts']
const { status } = spawnSync(process.execPath, vitest, { stdio: 'inherit' })

const packed = await packPackage()
try {
  const found = [
    ...(status === 0 ? [] : ['The tests of the package failed.']),
    ...(await installation(packed)),
    ...projects(packed),
  ]
  for (const one of found) console.log(one)
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1_000)} kB`
  const files = filesIn(packed.folder).map((file) => statSync(file).size)
  const unpacked = files.reduce((sum, size) => sum + size, 0)
  console.log(
    `\n${packed.entries.size} entries in ${files.length} files, ${kilobytes(statSync(packed.tarball).size)} packed, ` +
      `${kilobytes(unpacked)} unpacked; ${compilers.length} releases of TypeScript; ${found.length} faults`,
  )
  process.exitCode = found.length === 0 ? 0 : 1
} finally {
  packed.remove()
}

async function installation({ tarball, manifest, entries }: PackedPackage): Promise<string[]> {
  const peers = ['./sql', './console', './nestjs']
  const alone = [...entries.keys()].filter((entry) => !peers.includes(entry)).map(specifierOf)
  const installed = await cleanInstall(tarball, alone)
  console.log(`\nnpm install --omit=dev of the tarball in an empty folder: ${installed.join(', ')}`)
  const wanted = ['rest-api-key', ...Object.keys(manifest.dependencies)]
  return installed
    .filter((name) => !wanted.some((one) => name.startsWith(`${one} `)))
    .map((name) => `The package brings ${name} along.`)
}

/** One project for each resolution, which imports and requires every entry, beside the newest frameworks. */
function projects({ entries, install }: PackedPackage): string[] {
  const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const packages = ['ipaddr.js', 'lru-cache', '@types', ...Object.keys(peerDependencies)]
  const folder = install('typescript', packages)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const exported = [...entries.keys()].map(
    (entry, index) => `export * as entry${index} from '${specifierOf(entry)}'`,
  )
  const files = ['mts', 'cts'].flatMap((type) => {
    writeFileSync(join(folder, `entries.${type}`), exported.join('\n'))
    cpSync(consumer, join(folder, `consumer.${type}`))
    return [`entries.${type}`, `consumer.${type}`]
  })

  const errors: string[] = []
  const foreign = new Set<string>()
  console.log(`\nTypeScript  ${resolutions.join('  ')}`)
  for (const compiler of compilers) {
    const marks = resolutions.map((resolution) => {
      if (!knows(compiler, resolution)) return '-'.padEnd(resolution.length)
      const check = typeCheck(folder, files, compiler, resolution)
      errors.push(...check.errors.map((error) => `TypeScript ${compiler.version}, ${resolution}: ${error}`))
      for (const name of check.foreign) foreign.add(`${name} by ${compiler.version}`)
      return (check.errors.length === 0 ? '✓' : '✗').padEnd(resolution.length)
    })
    console.log(`${compiler.version.padEnd(10)}  ${marks.join('  ').trimEnd()}`)
  }
  console.log('-: this release has no such resolution')
  if (foreign.size > 0) console.log(`Their own declarations are faulted: ${[...foreign].join(', ')}`)
  return errors
}

function specifierOf(entry: string): string {
  return entry.replace('.', 'rest-api-key')
}
