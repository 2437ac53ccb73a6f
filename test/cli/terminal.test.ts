import { beforeAll, describe, expect, it, vi } from 'vitest'
import { builtCommand, type Environment, type Project } from '../support/command-line.js'
import { foreignCsv } from '../support/foreign-keys.js'

// Each call is a process.
vi.setConfig({ testTimeout: 60_000 })

const newProject = builtCommand()
let project: Project
let group: string

const esc = '\u001b'
const bold = `${esc}[1m`

beforeAll(async () => {
  project = newProject()
  await project.run(['migrate'])
  group = (await project.run(['groups', 'create', '--name', 'Integrations'])).stdout.trim()
}, 60_000)

async function newKey(...args: readonly string[]): Promise<{ id: string; hint: string }> {
  const { stdout } = await project.run(['keys', 'create', '--group', group, '--json', ...args])
  return JSON.parse(stdout).key
}

/** What a line of a shell shows on a terminal, and how it ends. */
async function shown(line: string, columns?: number, environment: Environment = {}) {
  const { code, stdout } = await project.terminal(line, columns, environment).ended
  return { code, text: stdout.replaceAll('\r\n', '\n') }
}

const lines = (text: string) => text.trimEnd().split('\n')

describe('a table on a terminal', () => {
  const inTenant = '--tenant tables'

  beforeAll(async () => {
    const tail = ['--tenant', 'tables']
    const { stdout } = await project.run(['groups', 'create', '--name', 'Integrations', ...tail])
    for (const description of [
      'Nightly import of all that the machines have measured',
      '夜間インポート',
      'x',
    ]) {
      await project.run([
        'keys',
        'create',
        '--group',
        stdout.trim(),
        '--description',
        description,
        '--on-behalf-of',
        'jdoe',
        ...tail,
      ])
    }
  }, 60_000)

  it.each([
    [200, 'ID Hint Activated Description On Behalf Of In Role IPs Last used', 0],
    [120, 'ID Hint Activated Description On Behalf Of In Role IPs Last used', 0],
    [80, 'ID Hint Activated Description', 4],
    [60, 'ID Hint Activated', 5],
    [20, 'ID', 7],
  ])('of %d columns shows what there is room for, and names the rest', async (columns, titles, left) => {
    const { text } = await shown(`rest-api-key keys list ${inTenant}`, columns, { NO_COLOR: '1' })
    const [head, first, second, third, note] = lines(text)
    expect(head?.split(/ {2,}/).join(' ')).toBe(titles)
    if (columns > 20)
      for (const line of [head, first, third]) expect(line?.length).toBeLessThanOrEqual(columns)
    // Seven characters that take two columns each.
    if (titles.includes('Description')) expect(second).toContain('夜間インポート')
    if (titles.includes('On Behalf Of'))
      expect(second?.indexOf('jdoe')).toBe((third?.indexOf('jdoe') as number) - 7)
    expect(note?.split(', ').length ?? 0).toBe(left)
  })

  it('cuts long texts short, and never an id', async () => {
    const { text } = await shown(`rest-api-key keys list ${inTenant}`, 120, { NO_COLOR: '1' })
    expect(lines(text)[1]).toMatch(/^[0-9a-f-]{36} {2}rak_….{4} {2}yes {8}Nightly .*… {2}jdoe/)
  })

  it('has bold titles, and none if NO_COLOR says so or the terminal has no colours', async () => {
    const list = `rest-api-key groups list ${inTenant}`
    expect((await shown(list)).text).toContain(`${bold}ID`)
    expect((await shown(list, 120, { NO_COLOR: '1' })).text).not.toContain(esc)
    expect((await shown(list, 120, { TERM: 'dumb' })).text).not.toContain(esc)
  })

  it('lets nothing that is stored steer the terminal', async () => {
    const evil = 'red \u001b[31m title \u001b]0;x\u0007 line\nbreak \u009b2J \u202e reversed'
    const { id } = await newKey('--description', evil)
    const written = 'red \\u001b[31m title \\u001b]0;x\\u0007 line\\nbreak \\u009b2J \\u202e reversed'
    const show = await shown(`rest-api-key keys show ${id}`, 200, { NO_COLOR: '1' })
    expect(show.text).toContain(`Description   ${written}\n`)
    const json = await shown(`rest-api-key keys show ${id} --json`, 200)
    expect(json.text).toContain(
      JSON.stringify(evil).replace('\u009b', '\\u009b').replace('\u202e', '\\u202e'),
    )
    const deletion = project.terminal(`rest-api-key keys delete ${id}`, 200)
    await deletion.printed('[y/N]')
    deletion.child.stdin.write('n\r')
    const { stdout } = await deletion.ended
    expect(stdout).toContain(written)
    expect(stdout).not.toContain(`${esc}[31m`)
  })
})

describe('a question on a terminal', () => {
  it.each([
    ['y\r', 0, 'is deleted.'],
    ['YES\r', 0, 'is deleted.'],
    ['n\r', 1, 'Nothing is deleted.'],
    ['\r', 1, 'Nothing is deleted.'],
    ['\u0003', 1, 'Nothing is deleted.'],
    ['\u0004', 1, 'Nothing is deleted.'],
  ])('answered with %j ends with %d', async (typed, expected, says) => {
    const { id, hint } = await newKey('--description', 'Nightly')
    const { child, printed, ended } = project.terminal(`rest-api-key keys delete ${id}`)
    await printed(`Delete the key ${hint} (Nightly)? [y/N]`)
    child.stdin.write(typed)
    const { code, stdout } = await ended
    expect({ code, says: stdout.includes(says) }).toEqual({ code: expected, says: true })
    expect((await project.run(['keys', 'show', id])).code).toBe(expected === 0 ? 1 : 0)
  })

  it('is not asked with --yes', async () => {
    const { id } = await newKey()
    const { code, text } = await shown(`rest-api-key keys delete ${id} --yes`)
    expect(code).toBe(0)
    expect(text).not.toContain('[y/N]')
  })

  it('is not asked if the standard input is no terminal', async () => {
    const { id } = await newKey()
    const { code, text } = await shown(`echo y | rest-api-key keys delete ${id}`)
    expect(code).toBe(2)
    expect(text).toContain('give --yes')
  })
})

describe('an import on a terminal', () => {
  it('shows how far it is on one line, and each refused row above it', async () => {
    project.write('keys.csv', [...foreignCsv(2_000, (row) => (row === 700 ? 'not an id,,,,,,' : undefined))])
    const { code, text } = await shown(`rest-api-key keys import keys.csv --group ${group}`, 100)
    const written = text.split(`\r${esc}[K`)
    expect(written.filter((part) => part.startsWith('['))).toEqual([
      expect.stringMatching(/^\[#+\.*\] +\d+ % {2}500 imported, 0 unchanged, 0 refused$/),
      expect.stringMatching(/^\[#+\.*\] +\d+ % {2}999 imported, 0 unchanged, 1 refused$/),
      expect.stringMatching(/^\[#+\.*\] +\d+ % {2}1,499 imported, 0 unchanged, 1 refused$/),
      expect.stringMatching(/^\[#+\.*\] +\d+ % {2}1,999 imported, 0 unchanged, 1 refused$/),
    ])
    expect(text).toContain(`\r${esc}[KRow 700 is refused: "referenceId" must be 1 to 256 characters`)
    expect(lines(text).at(-1)).toContain('1,999 imported, 0 unchanged, 1 refused.')
    expect(code).toBe(1)
  })

  it.each([40, 20])('of %d columns stays on one line', async (columns) => {
    const { text } = await shown(`rest-api-key keys import keys.csv --group ${group}`, columns)
    const drawn = text.split(`\r${esc}[K`).filter((part) => part.includes('%'))
    expect(drawn.length).toBe(4)
    for (const line of drawn) expect(line.length).toBeLessThan(columns)
  })

  it('from a pipe, whose length nobody knows, shows figures alone', async () => {
    const { text } = await shown(`cat keys.csv | rest-api-key keys import --format csv --group ${group}`)
    expect(text).toContain(`\r${esc}[K0 imported, 500 unchanged, 0 refused`)
    expect(text).not.toContain('%')
  })

  it('does not wait for somebody to type keys', async () => {
    const { code, text } = await shown('rest-api-key keys import --format csv')
    expect({ code, text }).toEqual({ code: 2, text: 'rest-api-key: Name a file, or pipe one in\n' })
  })
})
