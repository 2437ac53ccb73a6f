import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('an allowed request allocates at most 400 bytes, what its caller needs to await it included', async () => {
  const script = fileURLToPath(new URL('../support/allocations.ts', import.meta.url))
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64', '--import', 'tsx']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script])
  expect(Math.round(Number(stdout))).toBeGreaterThan(100)
  expect(Math.round(Number(stdout))).toBeLessThanOrEqual(400)
})
