import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const repository = join(import.meta.dirname, '../..')
const changelog = readFileSync(join(repository, 'CHANGELOG.md'), 'utf8')
const headings = [...changelog.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading as string)
const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']

/** Its version and its date, `undefined` where it is not released. */
function releaseOf(heading: string): { version: string; date: string | undefined } {
  const [, version = '', date] =
    /^\[?(\d+\.\d+\.\d+)\]? - (?:(\d{4}-\d{2}-\d{2})|unreleased)$/.exec(heading) ?? []
  return { version, date }
}

describe('the changelog', () => {
  it('has the title and names its form', () => {
    expect(changelog).toMatch(/^# Changelog\n\n/)
    expect(changelog).toContain('Keep a Changelog')
    expect(changelog).toContain('Semantic Versioning')
  })

  it('has a version and a date for each release, the latest first', () => {
    const versions = headings.map((heading) => releaseOf(heading).version)
    expect(versions.every((version) => version !== '')).toBe(true)
    const ordered = [...versions].sort((one, other) => other.localeCompare(one, 'en', { numeric: true }))
    expect(versions).toEqual(ordered)
    const dates = headings.map((heading) => releaseOf(heading).date ?? '9999-12-31')
    expect(dates).toEqual([...dates].sort().reverse())
    expect(headings.slice(1).filter((heading) => heading.endsWith('unreleased'))).toEqual([])
  })

  it('begins with the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
    expect(releaseOf(headings[0] as string).version).toBe(version)
  })

  it('sorts its entries into the kinds of Keep a Changelog, in their order', () => {
    for (const release of changelog.split(/^## .*$/m).slice(1)) {
      const used = [...release.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind as string)
      expect(used.length).toBeGreaterThan(0)
      expect(used).toEqual(kinds.filter((kind) => used.includes(kind)))
    }
  })
})
