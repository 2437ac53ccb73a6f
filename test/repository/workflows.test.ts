import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const repository = join(import.meta.dirname, '../..')
const folder = join(repository, '.github/workflows')
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const)
const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))

/** The scripts of package.json that a workflow runs, by name or from the list of a matrix. */
function scriptsIn(text: string): string[] {
  const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name as string)
  const [, list = ''] = /^ +check:\s+\[([^\]]*)\]$/m.exec(text) ?? []
  return [...named, ...[...list.matchAll(/[\w:-]+/g)].map(([name]) => name)]
}

describe.each(workflows)('the workflow %s', (name, text) => {
  it('runs scripts that exist', () => {
    const named = scriptsIn(text)
    expect(named.filter((script) => !(script in scripts))).toEqual([])
    if (name === 'long-checks.yml') expect(named).toContain('test:mutation')
  })

  it('may read the repository and nothing else, unless a job says so', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m)
    const more = [...text.matchAll(/^ +([\w-]+): write$/gm)].map(([, permission]) => permission)
    expect(more).toEqual(name === 'release.yml' ? ['id-token'] : [])
  })

  it('pins what it uses, and hands over no credentials', () => {
    const used = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action as string)
    expect(used.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([])
    const checkouts = text.split('actions/checkout@').length - 1
    expect(text.split('persist-credentials: false').length - 1).toBe(checkouts)
    expect(text).not.toContain('secrets.')
  })

  it('ends by itself', () => {
    const jobs = text.split('runs-on:').length - 1
    expect(text.split('timeout-minutes:').length - 1).toBe(jobs)
  })
})

describe('the workflows', () => {
  it('are read for the scripts that they run', () => {
    expect(workflows.flatMap(([, text]) => scriptsIn(text))).toEqual(
      expect.arrayContaining(['test:portable', 'size', 'pack:check', 'test:bound']),
    )
  })

  it('test on every supported release of Node.js and every system', () => {
    const text = new Map(workflows).get('ci.yml')
    expect(text).toContain('os: [ubuntu-latest, windows-latest, macos-latest]')
    expect(text).toContain('node: [20, 22, 24, 26]')
  })

  it('publish with provenance, behind the gate and an environment', () => {
    expect(new Map(workflows).get('release.yml')).toMatch(
      /needs: gate\n[\s\S]*environment: release\n[\s\S]*npm publish --provenance/,
    )
  })
})
