import { beforeAll, describe, expect, it, vi } from 'vitest'
import { builtCommand, type Project } from '../support/command-line.js'

// Each call is a process.
vi.setConfig({ testTimeout: 60_000 })

const newProject = builtCommand()
let project: Project
let group: string

beforeAll(async () => {
  project = newProject()
  await project.run(['migrate'])
  group = (await project.run(['groups', 'create', '--name', 'Integrations'])).stdout.trim()
  project.write('short-pepper', 'short\n')
}, 60_000)

const secret = 'Tr0ub4dor-and-3'

interface Wrong {
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  readonly says: string
}

const wrong: Readonly<Record<string, Wrong>> = {
  'an unknown command': { args: ['kyes'], says: "unknown command 'kyes' (Did you mean keys?)" },
  'an unknown command of a group of them': {
    args: ['keys', 'lst'],
    says: "unknown command 'lst' (Did you mean list?)",
  },
  'a secret in place of a command': {
    args: [`postgres://keeper:${secret}@127.0.0.1/keys`, 'groups', 'list'],
    says: 'unknown command',
  },
  'an unknown option': {
    args: ['groups', 'list', '--limt', '3'],
    says: "unknown option '--limt' (Did you mean --limit?)",
  },
  'a secret behind an unknown option': {
    args: ['keys', 'explain', `--reference-id=${secret}`],
    says: "unknown option '--reference-id'",
  },
  'a secret behind an unknown letter': {
    args: ['keys', 'list', `-p${secret}`],
    says: "unknown option '-p'",
  },
  'an option without its value': {
    args: ['groups', 'create', '--name'],
    says: "option '--name <text>' argument missing",
  },
  'a required option that is missing': {
    args: ['keys', 'create'],
    says: "required option '--group <id>' not specified",
  },
  'an argument that is missing': { args: ['keys', 'show'], says: "missing required argument 'id'" },
  'an argument too many': {
    args: ['keys', 'show', 'a', secret],
    says: "too many arguments for 'show'. Expected 1 argument but got 2.",
  },
  'no store': {
    args: ['groups', 'list'],
    environment: { REST_API_KEY_STORE: '' },
    says: 'Which store? Set REST_API_KEY_STORE, or give --store',
  },
  'a store of an unknown kind': {
    args: ['groups', 'list', '--store', `mongodb://keeper:${secret}@127.0.0.1/keys`],
    says: 'The store must begin with postgres://, mysql://, mariadb://, redis://, rediss:// or sqlite:',
  },
  'a store by a name that every object has': {
    args: ['groups', 'list', '--store', 'constructor:keys'],
    says: 'The store must begin with postgres://, mysql://, mariadb://, redis://, rediss:// or sqlite:',
  },
  'a store whose URL cannot be read': {
    args: ['groups', 'list', '--store', `postgres://keeper:${secret}#@127.0.0.1:port/keys`],
    says: "The store's URL cannot be read; percent-encode special characters in user and password",
  },
  'a store without a server': {
    args: ['groups', 'list', '--store', 'redis:6379'],
    says: "The store's URL cannot be read; percent-encode special characters in user and password",
  },
  'a database file that looks like a server': {
    args: ['groups', 'list', '--store', 'sqlite://keys.db'],
    says: 'A database file is written as sqlite:path',
  },
  'no tenant': {
    args: ['groups', 'list'],
    environment: { REST_API_KEY_TENANT: '' },
    says: 'Which tenant? Set REST_API_KEY_TENANT, or give --tenant',
  },
  'a tenant that cannot be stored': {
    args: ['groups', 'list', '--tenant', 'x'.repeat(201)],
    says: 'The actor must be a signed-in user whose "tenantId" is usable; it must not be longer than 200 characters',
  },
  'a user that cannot be stored': {
    args: ['groups', 'list', '--user', ''],
    says: 'The actor must be a signed-in user whose "userId" is usable; it must not be empty',
  },
  'a limit that is none': {
    args: ['groups', 'list', '--limit', 'many'],
    says: "option '--limit <number>' argument 'many' is invalid. It must be a whole number.",
  },
  'a limit too great': {
    args: ['audit', '--limit', '501'],
    says: "option '--limit <number>' argument '501' is invalid. It must be 1 to 500.",
  },
  'a limit of everything': {
    args: ['keys', 'list', '--all', '--limit', '5'],
    says: "option '--all' cannot be used with option '--limit <number>'",
  },
  'a cursor that is none': {
    args: ['keys', 'list', '--cursor', 'x'],
    says: '"cursor" must be the nextCursor of another page',
  },
  'a name that is empty': { args: ['groups', 'create', '--name', ''], says: '"name" must not be empty' },
  'a text too long': {
    args: ['groups', 'create', '--name', 'x'.repeat(201)],
    says: '"name" must not be longer than 200 characters',
  },
  'an IP rule that is none': {
    args: ['keys', 'create', '--group', 'g', '--allowed-ips', '192.0.2.7,192.0.2.300'],
    says:
      "option '--allowed-ips <rules>' argument '192.0.2.7,192.0.2.300' is invalid. " +
      'An IP rule must be an address, a CIDR block ("10.0.0.0/8") or an ascending range of one family ' +
      '("10.0.0.1-10.0.0.9"), not "192.0.2.300"',
  },
  'a moment without a zone': {
    args: ['keys', 'create', '--group', 'g', '--expires-at', '2030-12-31T18:00'],
    says:
      "option '--expires-at <moment>' argument '2030-12-31T18:00' is invalid. " +
      'It must be a day, or a moment with its zone, such as 2030-12-31T18:00:00Z.',
  },
  'a flag that is neither yes nor no': {
    args: ['keys', 'create', '--group', 'g', '--activated', 'maybe'],
    says: "option '--activated <yes|no>' argument 'maybe' is invalid. It must be yes or no.",
  },
  'metadata that is no JSON': {
    args: ['keys', 'create', '--group', 'g', '--metadata', '{a: 1}'],
    says: "option '--metadata <json>' argument '{a: 1}' is invalid. It must be JSON.",
  },
  'metadata that is no object': {
    args: ['keys', 'create', '--group', 'g', '--metadata', '[1]'],
    says: '"metadata" must be an object of JSON values, or null',
  },
  'two mistakes at once': {
    args: ['keys', 'create', '--group', 'g', '--metadata', '1', '--in-role', 'x'.repeat(201)],
    says: '"inRole" must not be longer than 200 characters; "metadata" must be an object of JSON values, or null',
  },
  'an update of nothing': {
    args: ['keys', 'update', 'k'],
    says: 'Nothing to change: give a field, see --help',
  },
  'an update of nothing in a group': {
    args: ['groups', 'update', 'g', '--if-version', '1'],
    says: 'Nothing to change: give a field, see --help',
  },
  'a version that is none': {
    args: ['keys', 'update', 'k', '--in-role', 'Operator', '--if-version', '-1'],
    says: "option '--if-version <number>' argument '-1' is invalid. It must be a whole number.",
  },
  'a prefix that is none': {
    args: ['keys', 'create', '--group', 'g', '--prefix', 'with blanks '],
    says: '"prefix" must be 1 to 32 characters of A-Z a-z 0-9 - . _ ~, not a string',
  },
  'a pepper file that is not there': {
    args: ['groups', 'list', '--pepper-file', 'nowhere'],
    says: 'The pepper file cannot be read (Error, ENOENT)',
  },
  'a pepper too short': {
    args: ['groups', 'list', '--pepper-file', 'short-pepper'],
    says: '"pepper" must be at least 16 bytes long, not 5',
  },
  'an empty pepper': {
    args: ['groups', 'list'],
    environment: { REST_API_KEY_PEPPER: '' },
    says: '"pepper" must be at least 16 bytes long, not 0',
  },
  'an import of what format?': {
    args: ['keys', 'import'],
    input: '{}',
    says: 'Which format? Give --format csv or --format jsonl',
  },
  'an import of an unknown format': {
    args: ['keys', 'import', '--format', 'xml'],
    says: "option '--format <name>' argument 'xml' is invalid. Allowed choices are csv, jsonl.",
  },
  'a file that is not there, and may be a Reference ID': {
    args: ['keys', 'import', secret, '--format', 'csv'],
    says: 'The input cannot be read (Error, ENOENT)',
  },
  'an explanation of nothing': {
    args: ['keys', 'explain'],
    says: "Give the key's id or --reference-id-file, and not both",
  },
  'an explanation of two things': {
    args: ['keys', 'explain', 'k', '--reference-id-file', '-'],
    says: "Give the key's id or --reference-id-file, and not both",
  },
}

describe('wrong input ends with code 2 and one line:', () => {
  it.each(Object.entries(wrong))('%s', async (_, { args, environment = {}, input = '', says }) => {
    const { code, stdout, stderr } = await project.run(args, input, environment)
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `rest-api-key: ${says}\n` })
  })

  it.each([
    ['group', () => ['groups', 'delete', group]],
    [
      'key',
      async () => {
        const { stdout } = await project.run(['keys', 'create', '--group', group, '--json'])
        return ['keys', 'delete', JSON.parse(stdout).key.id as string]
      },
    ],
  ])('a %s that is to be deleted where nobody can be asked', async (_, args) => {
    const { code, stdout, stderr } = await project.run(await args())
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'rest-api-key: Nobody can be asked here whether it shall be deleted: give --yes\n',
    })
  })

  it.each([
    ['that ends within quotes', 'referenceId\n"foreign-1', 'The file ends within quotes'],
    [
      'with a row that never ends',
      `referenceId,description\nforeign-1,"${'x,\n'.repeat(400_000)}`,
      'A row of the file is too long; is a quote missing?',
    ],
    ['with a line that never ends', 'x'.repeat(1_200_000), 'A line of the file is too long'],
  ])('an import %s', async (_, input, says) => {
    const format = input.startsWith('x') ? 'jsonl' : 'csv'
    const { code, stderr } = await project.run(
      ['keys', 'import', '--format', format, '--group', group],
      input,
    )
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `rest-api-key: ${says}\n`,
    })
  })

  it('an import that is not UTF-8', async () => {
    const line = `printf 'referenceId,description\\nforeign-1,caf\\351\\n' | rest-api-key keys import --format csv --group ${group}`
    const { code, stderr } = await project.shell(line)
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'rest-api-key: The input is not UTF-8\n',
    })
  })

  it('shows no line of code and no secret', () => {
    for (const { says } of Object.values(wrong)) expect(says).not.toContain(secret)
  })
})

describe('without a command', () => {
  it.each([[[]], [['keys']], [['groups']]])(
    '%j shows the help on the standard error and ends with 2',
    async (args) => {
      const { code, stdout, stderr } = await project.run(args)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('Usage: rest-api-key')
    },
  )
})

describe('a store that cannot be used ends with code 3 and one line:', () => {
  it.each([
    [
      'a file that is not there',
      'sqlite:nowhere.db',
      'There is no such database file; "rest-api-key migrate" creates it',
    ],
    [
      'a file that is no database',
      'sqlite:garbage.db',
      'The key repository failed (LibsqlError, SQLITE_NOTADB)',
    ],
    [
      'a database without tables',
      'sqlite:empty.db',
      'The store has no tables yet: run "rest-api-key migrate"',
    ],
  ])('%s', async (_, store, says) => {
    project.write('garbage.db', 'x'.repeat(4_096))
    project.write('empty.db', '')
    const { code, stdout, stderr } = await project.run(['groups', 'list', '--store', store])
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: '', stderr: `rest-api-key: ${says}\n` })
  })

  it('an explanation that the store does not give', async () => {
    project.write('empty.db', '')
    const args = ['keys', 'explain', '--reference-id-file', '-', '--store', 'sqlite:empty.db']
    const { code, stdout } = await project.run(args, 'foreign-1')
    expect(code).toBe(3)
    expect(stdout).toContain('Such a request is refused: store_unavailable.')
  })

  it('a migration of a file that is no database', async () => {
    project.write('garbage.db', 'x'.repeat(4_096))
    const { code, stderr } = await project.run(['migrate', '--store', 'sqlite:garbage.db'])
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'rest-api-key: The store could not be migrated (LibsqlError, SQLITE_NOTADB)\n',
    })
  })
})

describe('the help', () => {
  it('and the version go to the standard output', async () => {
    for (const args of [['--help'], ['help', 'keys'], ['--version']]) {
      const { code, stdout, stderr } = await project.run(args)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).not.toBe('')
    }
  })
})
