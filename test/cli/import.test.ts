import { execFile } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { builtCommand, type Ended, type Project } from '../support/command-line.js'
import { foreignCsv, foreignId, foreignJsonLines } from '../support/foreign-keys.js'

// Each call is a process.
vi.setConfig({ testTimeout: 60_000 })

const exec = promisify(execFile)
const newProject = builtCommand()
const batch = 500

/** A database with one group in it. */
async function withGroup(): Promise<{ project: Project; group: string }> {
  const project = newProject()
  await project.run(['migrate'])
  return { project, group: (await project.run(['groups', 'create', '--name', 'Imported'])).stdout.trim() }
}

async function countOf(project: Project): Promise<number> {
  const { stdout } = await project.run(['keys', 'list', '--all', '--json'])
  return JSON.parse(stdout).items.length
}

/** The figures that an import ends with. */
function figuresOf({ stdout, stderr }: Ended): readonly number[] {
  const [, ...figures] =
    /([\d,]+) imported, ([\d,]+) unchanged, ([\d,]+) refused\./.exec(stdout + stderr) ?? []
  return figures.map((text) => Number(text.replaceAll(',', '')))
}

describe('an import', () => {
  let project: Project
  let group: string
  beforeAll(async () => {
    ;({ project, group } = await withGroup())
  }, 60_000)

  it('of the sample of the examples imports three rows, names the two that are refused, and changes nothing again', async () => {
    const file = join(import.meta.dirname, '../../examples/import/keys.csv')
    const first = await project.run(['keys', 'import', file, '--group', group])
    expect(first.code).toBe(1)
    expect(first.stdout).toBe('')
    expect(first.stderr.split('\n')).toEqual([
      expect.stringContaining('Row 3 is refused: "allowedIps[0]" cannot be used'),
      expect.stringContaining('Row 5 is refused: "referenceId" must be 1 to 256 characters'),
      '3 imported, 0 unchanged, 2 refused.',
      '',
    ])
    expect(figuresOf(await project.run(['keys', 'import', file, '--group', group]))).toEqual([0, 3, 2])
  })

  it.each([
    ['CSV', 'keys.csv', () => [...foreignCsv(3)]],
    ['JSON lines', 'keys.jsonl', () => [...foreignJsonLines(3)]],
  ])('reads %s, from a file and from the standard input', async (_, file, rows) => {
    project.write(file, rows())
    const tail = ['--group', group, '--tenant', 'acme', '--json']
    const fromFile = await project.run(['keys', 'import', file, ...tail])
    expect(JSON.parse(fromFile.stdout)).toMatchObject({ refused: 0, refusals: [], interrupted: false })
    const format = file.split('.')[1] as string
    const piped = await project.run(['keys', 'import', '--format', format, ...tail], rows().join(''))
    expect(JSON.parse(piped.stdout)).toMatchObject({ imported: 0, unchanged: 3, refused: 0 })
    const { stdout } = await project.run(['keys', 'list', '--search', 'Machine 2', '--json'])
    expect(JSON.parse(stdout).items).toMatchObject([
      { onBehalfOf: 'jdoe', inRole: 'Operator', activated: true },
    ])
  })

  it('keeps every field of a row', async () => {
    const csv = [
      'referenceId,activated,description,onBehalfOf,inRole,allowedIps,expiresAt,metadata',
      'every-field,no,"A, ""b"" and c",jdoe,Operator,"192.0.2.7, 198.51.100.0/24 2001:db8::/32",2030-12-31,"{""a"":[1]}"',
    ].join('\r\n')
    await project.run(['keys', 'import', '--format', 'csv', '--group', group], csv)
    const { stdout } = await project.run(['keys', 'list', '--search', 'A, "b" and c', '--json'])
    expect(JSON.parse(stdout).items).toMatchObject([
      {
        activated: false,
        description: 'A, "b" and c',
        onBehalfOf: 'jdoe',
        inRole: 'Operator',
        allowedIps: ['192.0.2.7', '198.51.100.0/24', '2001:db8::/32'],
        expiresAt: '2030-12-31T00:00:00.000Z',
        metadata: { a: [1] },
      },
    ])
  })

  it.each([
    ['a flag that is neither yes nor no', '{"activated":"maybe"}', 'maybe,,,', 'activated'],
    [
      'a rule missing between two commas',
      '{"allowedIps":["192.0.2.7",""]}',
      ',"192.0.2.7,,192.0.2.8",,',
      'allowedIps',
    ],
    ['a moment without a zone', '{"expiresAt":"2030-12-31T18:00"}', ',,2030-12-31T18:00,', 'expiresAt'],
    ['the 31st of February', '{"expiresAt":"2030-02-31"}', ',,2030-02-31,', 'expiresAt'],
    ['metadata that is no object', '{"metadata":"{"}', ',,,{', 'metadata'],
  ])('refuses a row with %s', async (_, fields, cells, field) => {
    const line = JSON.stringify({ referenceId: 'refused', ...JSON.parse(fields) })
    const csv = `referenceId,activated,allowedIps,expiresAt,metadata\nrefused,${cells}`
    for (const [format, input] of [
      ['jsonl', line],
      ['csv', csv],
    ] as const) {
      const { code, stderr } = await project.run(
        ['keys', 'import', '--format', format, '--group', group],
        input,
      )
      expect(code).toBe(1)
      expect(stderr).toMatch(
        new RegExp(`^Row 1 is refused: "${field}.*\\n0 imported, 0 unchanged, 1 refused\\.\\n$`),
      )
    }
  })

  it('refuses lines that are no JSON, skips empty ones, and shows nothing of them', async () => {
    const input = `\n  \r\n{"referenceId":"${foreignId(9_001)}"}\r\n{"referenceId":"${foreignId(9_002)}\n`
    const ended = await project.run(['keys', 'import', '--format', 'jsonl', '--group', group], input)
    expect(figuresOf(ended)).toEqual([1, 0, 1])
    expect(ended.stderr).not.toContain(foreignId(9_002))
  })

  it('into a group that is not there refuses the call and not each row', async () => {
    const { code, stderr } = await project.run(
      ['keys', 'import', '--format', 'csv', '--group', 'nowhere'],
      'x',
    )
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'rest-api-key: There is no such group in this tenant\n',
    })
  })
})

describe('an import whose file breaks off', () => {
  it('leaves whole batches, says what was imported, and ends with 2', async () => {
    const { project, group } = await withGroup()
    project.write('keys.csv', [...foreignCsv(700), '"an open quote'])
    const { code, stderr } = await project.run(['keys', 'import', 'keys.csv', '--group', group])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: '500 imported, 0 unchanged, 0 refused.\nrest-api-key: The file ends within quotes\n',
    })
    expect(await countOf(project)).toBe(500)
  })
})

describe('an import of 100,000 rows', { timeout: 400_000 }, () => {
  const count = 100_000
  const bad = new Map([
    [25_000, `${foreignId(25_000)},,,,,192.0.2.300,`],
    [count, 'not an id,,,,,,'],
  ])

  it('shows its progress, runs in little memory, and lets no process list see a Reference ID', async () => {
    const { project, group } = await withGroup()
    const rows = join(project.folder, 'rows')
    await exec('mkfifo', [rows])
    const { printed, ended, child } = project.terminal(
      `echo "process $$."; exec rest-api-key keys import --format csv --group ${group} < rows`,
      100,
      // A heap that holds the objects of a few thousand rows at most.
      { NODE_OPTIONS: '--max-old-space-size=64' },
    )
    let screen = ''
    child.stdout.on('data', (chunk: Buffer) => {
      screen += chunk
    })
    await printed('process ')
    const input = createWriteStream(rows)
    Readable.from(foreignCsv(count, (row) => bad.get(row))).pipe(input, { end: false })
    await printed(`Row ${count} is refused`)

    // The last batch is written; the command waits for more.
    const pid = /process (\d+)\./.exec(screen)?.[1]
    const [, peakKb] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    expect(Number(peakKb)).toBeGreaterThan(0)
    expect(Number(peakKb)).toBeLessThan(256 * 1_024)
    const { stdout: processes } = await exec('ps', ['-e', '-f', '-w', '-w'])
    expect(processes).toContain('rest-api-key')
    for (const row of [1, 25_000, count - 1]) expect(processes).not.toContain(foreignId(row))

    input.end()
    const outcome = await ended
    expect(outcome.code).toBe(1)
    expect(figuresOf(outcome)).toEqual([count - bad.size, 0, bad.size])
    const drawn = screen
      .split('\r\u001b[K')
      .map((line) => /^([\d,]+) imported, 0 unchanged, \d refused$/.exec(line))
      .filter((found) => found !== null)
    expect(drawn.map(([, imported = '']) => Number(imported.replaceAll(',', '')))).toEqual(
      Array.from({ length: count / batch }, (_, index) => {
        const read = batch * (index + 1)
        return read - [...bad.keys()].filter((row) => row <= read).length
      }),
    )
  })
})

describe('an import that is interrupted', () => {
  const count = 10_000

  /** Starts an import that says when it is at row 600. */
  async function started() {
    const { project, group } = await withGroup()
    project.write('keys.csv', [...foreignCsv(count, (row) => (row === 600 ? 'not an id,,,,,,' : undefined))])
    const args = ['keys', 'import', 'keys.csv', '--group', group]
    return { project, args, line: `rest-api-key ${args.join(' ')}` }
  }

  /** What is in whole batches, one of which has a row that is refused. */
  function isWhole(imported: number): boolean {
    return imported > 0 && imported < count - 1 && (imported === batch || (imported + 1) % batch === 0)
  }

  it('by Ctrl-C leaves whole batches, says so, and goes on when it is run again', async () => {
    const { project, args, line } = await started()
    const running = project.terminal(line)
    await running.printed('Row 600 is refused')
    running.child.stdin.write('\u0003')
    const interrupted = await running.ended
    expect(interrupted.code).toBe(130)
    expect(interrupted.stdout).toContain(
      'Interrupted: what is imported is complete. Run it again to import the rest.',
    )
    const [imported = 0] = figuresOf(interrupted)
    expect(isWhole(imported)).toBe(true)
    expect(await countOf(project)).toBe(imported)
    expect(figuresOf(await project.run(args))).toEqual([count - 1 - imported, imported, 1])
  })

  it('by SIGTERM does the same, and tells programs', async () => {
    const { project, args } = await started()
    const running = project.start('rest-api-key', [...args, '--json'])
    await running.printed('Row 600 is refused')
    running.child.kill('SIGTERM')
    const { code, stdout } = await running.ended
    const report = JSON.parse(stdout)
    expect({ code, interrupted: report.interrupted }).toEqual({ code: 143, interrupted: true })
    expect(isWhole(report.imported)).toBe(true)
    expect(await countOf(project)).toBe(report.imported)
  })

  it('by SIGKILL leaves whole batches all the same', async () => {
    const { project, args } = await started()
    const running = project.start('rest-api-key', args)
    await running.printed('Row 600 is refused')
    running.child.kill('SIGKILL')
    await running.ended
    const imported = await countOf(project)
    expect(isWhole(imported)).toBe(true)
    expect(figuresOf(await project.run(args))).toEqual([count - 1 - imported, imported, 1])
  })

  it('while it waits for more rows ends at once', async () => {
    const { project, group } = await withGroup()
    const running = project.start('rest-api-key', ['keys', 'import', '--format', 'csv', '--group', group])
    running.child.stdin.write(
      [...foreignCsv(700, (row) => (row === 500 ? 'not an id,,,,,,' : undefined))].join(''),
    )
    await running.printed('Row 500 is refused')
    running.child.kill('SIGINT')
    const ended = await running.ended
    expect(ended.code).toBe(130)
    expect(figuresOf(ended)).toEqual([499, 0, 1])
    expect(await countOf(project)).toBe(499)
  })
})
