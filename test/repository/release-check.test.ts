import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runNode } from '../package/packed.js'

const script = join(import.meta.dirname, '../../scripts/release-check.mjs')

function check(tag: string, changelog: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rest-api-key-release-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'package.json'), '{ "version": "1.2.3" }')
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog)
  cpSync(script, join(folder, 'release-check.mjs'))
  return runNode(folder, 'release-check.mjs', tag)
}

describe('a release', () => {
  it('is let through if the tag, the version and the changelog agree', async () => {
    expect(await check('v1.2.3', '# Changelog\n\n## 1.2.3 - 2026-01-31\n')).toBe('1.2.3 may be released.\n')
  })

  it.each([
    ['its tag names another version', 'v1.2.4', '## 1.2.3 - 2026-01-31\n', 'The tag is v1.2.4'],
    ['it has no entry in the changelog', 'v1.2.3', '## 1.2.30 - 2026-01-31\n', 'has no entry'],
    ['its entry has no date', 'v1.2.3', '## 1.2.3 - unreleased\n', 'has no entry'],
  ])('is refused if %s', async (_, tag, changelog, message) => {
    await expect(check(tag, changelog)).rejects.toThrow(message)
  })
})
