import { beforeAll, describe, expect, it, vi } from 'vitest'
import { builtCommand, type Project } from '../support/command-line.js'

// Each call is a process.
vi.setConfig({ testTimeout: 60_000 })

const newProject = builtCommand()
let project: Project

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

beforeAll(async () => {
  project = newProject()
  expect((await project.run(['migrate'])).code).toBe(0)
}, 60_000)

/** What a call prints, which must go well. */
async function done(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await project.run(args)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return { stdout, stderr }
}

async function json<Value>(...args: readonly string[]): Promise<Value> {
  return JSON.parse((await done(...args, '--json')).stdout) as Value
}

interface Item {
  readonly id: string
  readonly [field: string]: unknown
}
interface List {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

const newGroup = async (name = 'Integrations') =>
  (await done('groups', 'create', '--name', name)).stdout.trim()
const newKey = async (group: string, ...args: readonly string[]) =>
  json<{ referenceId: string; key: Item }>('keys', 'create', '--group', group, ...args)

describe('groups', () => {
  it('are created, and the id alone goes to the standard output', async () => {
    const { stdout, stderr } = await done(
      'groups',
      'create',
      '--name',
      'Integrations',
      '--description',
      'Machines',
    )
    expect(stdout.trim()).toMatch(uuid)
    expect(stdout).toBe(`${stdout.trim()}\n`)
    expect(stderr).toBe('The group "Integrations" is created. Its id:\n')
  })

  it('are changed in the fields that are named', async () => {
    const group = await newGroup()
    expect(await json('groups', 'update', group, '--description', 'Machines')).toMatchObject({
      name: 'Integrations',
      description: 'Machines',
      version: 2,
    })
    expect(await json('groups', 'update', group, '--name', 'Nightly', '--description', '')).toMatchObject({
      name: 'Nightly',
      description: null,
      version: 3,
    })
  })

  it('are not changed if somebody else was first', async () => {
    const group = await newGroup()
    await done('groups', 'update', group, '--name', 'Theirs')
    expect(await project.run(['groups', 'update', group, '--name', 'Mine', '--if-version', '1'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rest-api-key: The group was changed by somebody else; read it again\n',
    })
    expect(await json('groups', 'update', group, '--name', 'Mine', '--if-version', '2')).toMatchObject({
      version: 3,
    })
  })

  it('are deleted only without keys', async () => {
    const group = await newGroup()
    const { key } = await newKey(group)
    expect(await project.run(['groups', 'delete', group, '--yes'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rest-api-key: The group still has keys; delete them first\n',
    })
    await done('keys', 'delete', key.id, '--yes')
    expect(await done('groups', 'delete', group, '--yes')).toEqual({
      stdout: '',
      stderr: 'The group "Integrations" is deleted.\n',
    })
  })
})

describe('keys', () => {
  let group: string
  beforeAll(async () => {
    group = await newGroup()
  }, 60_000)

  it('are created, and the Reference ID alone goes to the standard output', async () => {
    const { stdout, stderr } = await done('keys', 'create', '--group', group)
    expect(stdout).toMatch(/^rak_[0-9A-Za-z]{36}\n$/)
    expect(stderr).toMatch(/^The key [0-9a-f-]{36} \(rak_….{4}\) is created\. Its Reference ID, .*:\n$/)
    expect(stderr).not.toContain(stdout.trim())
  })

  it('are created with a prefix of their own', async () => {
    const { referenceId } = await newKey(group, '--prefix', 'incidents_')
    expect(referenceId).toMatch(/^incidents_[0-9A-Za-z]{36}$/)
  })

  it('take every field, and show it again', async () => {
    const { key } = await newKey(
      group,
      ...[
        '--activated',
        'no',
        '--description',
        'Nightly import',
        '--on-behalf-of',
        'jdoe',
        '--in-role',
        'Operator',
      ],
      ...['--allowed-ips', '192.0.2.7, 2001:db8::/32', '--expires-at', '2030-12-31', '--metadata', '{"a":1}'],
    )
    const facts = {
      groupId: group,
      activated: false,
      description: 'Nightly import',
      onBehalfOf: 'jdoe',
      inRole: 'Operator',
      allowedIps: ['192.0.2.7', '2001:db8::/32'],
      expiresAt: '2030-12-31T00:00:00.000Z',
      metadata: { a: 1 },
    }
    expect(key).toMatchObject(facts)
    expect(await json('keys', 'show', key.id)).toEqual(key)
    expect((await done('keys', 'show', key.id)).stdout.split('\n').slice(0, 10)).toEqual([
      `ID            ${key.id}`,
      `Hint          ${key.hint}`,
      `Group         ${group}`,
      'Activated     no',
      'Description   Nightly import',
      'On Behalf Of  jdoe',
      'In Role       Operator',
      'IPs           192.0.2.7, 2001:db8::/32',
      'Expires       2030-12-31T00:00:00Z',
      'Metadata      {"a":1}',
    ])
  })

  it('are changed in the fields that are named; an empty text empties one', async () => {
    const { key } = await newKey(
      group,
      '--description',
      'Nightly',
      '--in-role',
      'Operator',
      '--metadata',
      '{"a":1}',
    )
    expect(
      await json(
        'keys',
        'update',
        key.id,
        '--allowed-ips',
        '192.0.2.0/24',
        '--expires-at',
        '2030-12-31T18:00:00+01:00',
      ),
    ).toMatchObject({
      description: 'Nightly',
      inRole: 'Operator',
      allowedIps: ['192.0.2.0/24'],
      expiresAt: '2030-12-31T17:00:00.000Z',
    })
    const emptied = ['description', 'in-role', 'allowed-ips', 'expires-at', 'metadata'].flatMap((name) => [
      `--${name}`,
      '',
    ])
    expect(await json('keys', 'update', key.id, ...emptied)).toMatchObject({
      activated: true,
      description: null,
      inRole: null,
      allowedIps: [],
      expiresAt: null,
      metadata: null,
    })
  })

  it('are not changed if somebody else was first', async () => {
    const { key } = await newKey(group)
    await done('keys', 'deactivate', key.id)
    expect(await project.run(['keys', 'update', key.id, '--activated', 'yes', '--if-version', '1'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rest-api-key: The key was changed by somebody else; read it again\n',
    })
    expect(await json('keys', 'show', key.id)).toMatchObject({ activated: false })
  })

  it('are switched on and off', async () => {
    const { key } = await newKey(group)
    expect(await json('keys', 'deactivate', key.id)).toMatchObject({ activated: false })
    expect(await json('keys', 'activate', key.id)).toMatchObject({ activated: true })
  })

  it('are deleted for good', async () => {
    const { key } = await newKey(group, '--description', 'Nightly')
    expect(await done('keys', 'delete', key.id, '--yes')).toEqual({
      stdout: '',
      stderr: `The key ${key.hint} (Nightly) is deleted.\n`,
    })
    expect(await project.run(['keys', 'show', key.id])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rest-api-key: There is no such key in this tenant\n',
    })
  })

  it('of another tenant are not there', async () => {
    const { key } = await newKey(group)
    for (const args of [
      ['show', key.id],
      ['update', key.id, '--activated', 'no'],
      ['delete', key.id, '--yes'],
    ]) {
      const { code, stderr } = await project.run(['keys', ...args, '--tenant', 'globex'])
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'rest-api-key: There is no such key in this tenant\n',
      })
    }
    expect(await json('keys', 'show', key.id)).toMatchObject({ activated: true, version: 1 })
  })
})

describe('a list', () => {
  const names = ['one', 'two', 'three', 'four', 'five']
  const inTenant = ['--tenant', 'lists']

  beforeAll(async () => {
    for (const name of names) await done('groups', 'create', '--name', name, ...inTenant)
  }, 60_000)

  it('is aligned in a pipe, without tabs, colours or titles that repeat', async () => {
    const { stdout, stderr } = await done('groups', 'list', ...inTenant)
    const [titles, ...lines] = stdout.trimEnd().split('\n')
    expect(titles).toMatch(/^ID {36}Name {3}Description {2}Created$/)
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual(names)
    expect(lines.every((line) => /^[0-9a-f-]{36} {2}\w+ +20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(line))).toBe(
      true,
    )
    for (const character of ['\t', '\u001b']) expect(stdout).not.toContain(character)
    expect(stderr).toBe('')
  })

  it('is read page by page', async () => {
    const first = await json<List>('groups', 'list', '--limit', '3', ...inTenant)
    const second = await json<List>('groups', 'list', '--cursor', `${first.nextCursor}`, ...inTenant)
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(names)
    expect(second.nextCursor).toBe(null)
    const { stderr } = await done('groups', 'list', '--limit', '3', ...inTenant)
    expect(stderr).toBe(`There are more: give --all, or --cursor ${first.nextCursor}\n`)
  })

  it('says on the standard error that it is empty', async () => {
    expect(await done('keys', 'list', ...inTenant)).toEqual({ stdout: '', stderr: 'There are none.\n' })
    expect(await json('keys', 'list', ...inTenant)).toEqual({ items: [], nextCursor: null })
  })

  it('of keys knows groups and searches', async () => {
    const [group, other] = [await newGroup(), await newGroup()]
    await newKey(group, '--description', 'Nightly import')
    await newKey(group, '--description', 'Monitoring')
    await newKey(other, '--description', 'Nightly export')
    const descriptions = async (...args: readonly string[]) =>
      (await json<List>('keys', 'list', ...args)).items.map(({ description }) => description)
    expect(await descriptions('--group', group)).toEqual(['Nightly import', 'Monitoring'])
    expect(await descriptions('--group', group, '--search', 'NIGHT')).toEqual(['Nightly import'])
  })

  it('of everything is one JSON object and one table, however many pages it has', async () => {
    const input = Array.from({ length: 1_201 }, (_, index) =>
      JSON.stringify({ referenceId: `foreign-${index}` }),
    )
    const group = (await done('groups', 'create', '--name', 'Many', ...inTenant)).stdout.trim()
    const tail = ['--format', 'jsonl', '--group', group, ...inTenant]
    expect((await project.run(['keys', 'import', ...tail], input.join('\n'))).code).toBe(0)
    const { items, nextCursor } = await json<List>('keys', 'list', '--all', ...inTenant)
    expect(new Set(items.map(({ id }) => id)).size).toBe(1_201)
    expect(nextCursor).toBe(null)
    const lines = (await done('keys', 'list', '--all', ...inTenant)).stdout.trimEnd().split('\n')
    expect(lines.length).toBe(1_202)
    expect(lines.filter((line) => line.startsWith('ID ')).length).toBe(1)
  })

  it('that nobody reads to the end ends quietly', async () => {
    const { stdout, stderr } = await project.shell('rest-api-key keys list --all --tenant lists | head -n 1')
    expect(stdout).toMatch(/^ID /)
    expect(stderr).toBe('')
  })
})

describe('a result that cannot be written', () => {
  it('ends the command with 141 and one line', async () => {
    const { code, stderr } = await project.shell('rest-api-key groups create --name Lost > /dev/full')
    expect(code).toBe(141)
    expect(stderr).toMatch(/\nrest-api-key: The output cannot be written \(Error, ENOSPC\)\n$/)
  })
})

describe('the audit', () => {
  it('tells who did what, the latest first', async () => {
    const as = ['--tenant', 'audited', '--user', 'jdoe', '--role', 'Administrator']
    const group = (await done('groups', 'create', '--name', 'Integrations', ...as)).stdout.trim()
    const { key } = await newKey(group, '--description', 'Nightly', ...as)
    await done('keys', 'update', key.id, '--in-role', 'Operator', '--description', 'Daily', ...as)
    await done('keys', 'delete', key.id, '--yes', ...as)

    const { items } = await json<List>('audit', ...as)
    expect(items.map(({ action, actor }) => [action, actor])).toEqual(
      ['key.delete', 'key.update', 'key.create', 'group.create'].map((action) => [
        action,
        { userId: 'jdoe', role: 'Administrator' },
      ]),
    )
    const cells = (await done('audit', '--key', key.id, ...as)).stdout
      .split('\n')
      .map((line) => line.split(/ {2,}/))
    expect(cells.slice(0, 4).map(([, ...texts]) => texts)).toEqual([
      ['Action', 'Key or group', 'By', 'Change'],
      ['key.delete', key.id, 'jdoe', 'Daily'],
      ['key.update', key.id, 'jdoe', 'description: "Nightly" → "Daily", inRole: null → "Operator"'],
      ['key.create', key.id, 'jdoe', 'Nightly'],
    ])
    expect((await json<List>('audit', '--group', group, '--limit', '1', ...as)).items).toMatchObject([
      { action: 'key.delete' },
    ])
  })

  it('names the user of this machine unless another one is given', async () => {
    await done('groups', 'create', '--name', 'Integrations', '--tenant', 'unnamed')
    const { items } = await json<List>('audit', '--tenant', 'unnamed')
    const { stdout } = await project.shell('id --user --name')
    expect(items).toMatchObject([{ actor: { userId: stdout.trim(), role: null } }])
  })
})

describe('keys explain', () => {
  it('tells which checks a request passes, and ends with 1 if it would be refused', async () => {
    const { key } = await newKey(await newGroup(), '--allowed-ips', '192.0.2.0/24')
    const allowed = await project.run(['keys', 'explain', key.id, '--ip', '192.0.2.7'])
    expect(allowed.code).toBe(0)
    expect(allowed.stdout).toContain('Such a request is allowed.\n')
    const refused = await project.run([
      'keys',
      'explain',
      key.id,
      '--ip',
      '198.51.100.7',
      '--request-tenant',
      'globex',
    ])
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(
      /^tenant +failed +The key belongs to "acme"; the request claims "globex"\.$/m,
    )
    expect(refused.stdout).toMatch(/^ip +failed /m)
    expect(refused.stdout).toContain('Such a request is refused: wrong_tenant.\n')
  })

  it('takes the Reference ID itself from a file or the standard input', async () => {
    const { key, referenceId } = await newKey(await newGroup())
    const piped = await project.run(
      ['keys', 'explain', '--reference-id-file', '-', '--json'],
      `${referenceId}\n`,
    )
    expect(piped.code).toBe(0)
    expect(JSON.parse(piped.stdout)).toMatchObject({ allowed: true, keyId: key.id })
    project.write('reference-id', `${referenceId}x\r\n`)
    const mistyped = await project.run(['keys', 'explain', '--reference-id-file', 'reference-id', '--json'])
    expect(mistyped.code).toBe(1)
    expect(JSON.parse(mistyped.stdout)).toMatchObject({ allowed: false, reason: 'unknown_key' })
    expect(piped.stdout + mistyped.stdout).not.toContain(referenceId)
  })
})

describe('the digest', () => {
  const pepper = 'a pepper of more than 16 bytes'
  const key = '{"referenceId":"0123456789ABCDEF0123456789ABCDEF"}'

  it.each([
    ['the variable', { REST_API_KEY_PEPPER: pepper }, []],
    ['a file', {}, ['--pepper-file', 'pepper']],
    [
      'a file, whatever the variable says',
      { REST_API_KEY_PEPPER: 'another one of 16 bytes' },
      ['--pepper-file', 'pepper'],
    ],
  ])('is made with the pepper of %s', async (_, environment, args) => {
    project.write('pepper', `${pepper}\n`)
    const tenant = ['--tenant', 'peppered']
    const group = (await done('groups', 'create', '--name', 'Imported', ...tenant)).stdout.trim()
    const tail = ['--group', group, '--format', 'jsonl', ...tenant]
    const first = await project.run(['keys', 'import', ...tail], key, { REST_API_KEY_PEPPER: pepper })
    expect(first.code).toBe(0)
    const second = await project.run(
      ['keys', 'import', ...tail, ...args],
      key,
      environment as Record<string, string>,
    )
    expect(second.stderr).toBe('0 imported, 1 unchanged, 0 refused.\n')
  })
})
