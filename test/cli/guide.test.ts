import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { builtCommand } from '../support/command-line.js'

// Each call is a process.
vi.setConfig({ testTimeout: 120_000 })

const newProject = builtCommand()
const guide = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8')

it('the guide to the command line runs as it stands, from its first block to its last', async () => {
  const blocks = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block)
  expect(blocks.length).toBe(4)
  // What npx does is shown with the packed package.
  const { code, stdout, stderr } = await newProject(undefined, {}).shell(
    `set -e; npx() { "$@"; }\n${blocks.join('')}`,
  )
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^[0-9a-f-]{36} {2}rak_….{4} {2}yes {8}Nightly import .* 192\.0\.2\.0\/24$/m)
  expect(stdout.match(/Such a request is allowed\./g)?.length).toBe(2)
  expect(stderr).toContain('2 imported, 0 unchanged, 0 refused.')
})
