// The size of each entry beside its budget in .size-limit.mjs.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

interface Size {
  readonly name: string
  readonly passed: boolean
  readonly size: number
  readonly sizeLimit: number
}

const require = createRequire(import.meta.url)
const program = join(dirname(require.resolve('size-limit/package.json')), 'bin.js')
const { stdout, stderr } = spawnSync(process.execPath, [program, '--json'], { encoding: 'utf8' })
if (!stdout.startsWith('[')) throw new Error(`size-limit failed:\n${stdout}${stderr}`)

const sizes = JSON.parse(stdout) as Size[]
for (const { name, passed, size, sizeLimit } of sizes) {
  const figures = [size, sizeLimit].map((bytes) => bytes.toLocaleString('en').padStart(7)).join(' of ')
  console.log(`${name.padEnd(18)} ${figures} bytes${passed ? '' : ', too large'}`)
}
const failed = sizes.filter(({ passed }) => !passed).length
console.log(`${sizes.length - failed} of ${sizes.length} within their budgets (own code, minified, brotli)`)
process.exitCode = failed === 0 ? 0 : 1
