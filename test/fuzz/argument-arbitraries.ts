import fc from 'fast-check'

/** Stands where a secret can: behind options that do not exist, in URLs, in files. */
export const secret = 'Tr0ub4dor-and-3'

/** What somebody types, with `{group}`, `{key}` and the names of files in it. */
export interface Call {
  readonly args: readonly string[]
  readonly input: string
  /** Whether anybody who has read the documentation knows that it is wrong. */
  readonly isWrong: boolean
}

type Option = readonly string[]

/** The commands with what they need, and the options that they take besides, each with a value that is right. */
const commands: readonly (readonly [needed: Option, options: readonly Option[]])[] = [
  [
    ['groups', 'list'],
    [['--limit', '5'], ['--json']],
  ],
  [
    ['groups', 'create', '--name', 'Night shift'],
    [['--description', 'x'], ['--json']],
  ],
  [
    ['groups', 'update', '{group}', '--name', 'Day'],
    [
      ['--description', ''],
      ['--if-version', '1'],
    ],
  ],
  [['groups', 'delete', '{group}', '--yes'], []],
  [
    ['keys', 'list'],
    [['--group', '{group}'], ['--search', 'x'], ['--all'], ['--json']],
  ],
  [
    ['keys', 'create', '--group', '{group}'],
    [
      ['--allowed-ips', '192.0.2.7, ::1'],
      ['--activated', 'no'],
      ['--metadata', '{"a":1}'],
      ['--expires-at', '2030-12-31'],
    ],
  ],
  [['keys', 'show', '{key}'], [['--json']]],
  [
    ['keys', 'update', '{key}', '--in-role', 'Operator'],
    [
      ['--if-version', '7'],
      ['--allowed-ips', ''],
      ['--expires-at', ''],
    ],
  ],
  [['keys', 'activate', '{key}'], []],
  [['keys', 'deactivate', '{key}'], [['--json']]],
  [['keys', 'delete', '{key}', '--yes'], []],
  [['keys', 'import', '--group', '{group}', '--format', 'csv'], [['--json']]],
  [['keys', 'import', '{rows}', '--group', '{group}'], []],
  [
    ['keys', 'explain', '{key}'],
    [['--ip', '192.0.2.7'], ['--request-tenant', 'globex'], ['--json']],
  ],
  [['keys', 'explain', '--reference-id-file', '{secret}'], [['--ip', '::1']]],
  [['audit'], [['--limit', '10'], ['--key', '{key}'], ['--json']]],
  [['migrate'], [['--json']]],
]
const general: readonly Option[] = [
  ...[
    ['--user', 'jdoe'],
    ['--role', 'Operator'],
    ['--prefix', 'ids_'],
    ['--pepper-file', '{pepper}'],
  ],
]

/** Each is wrong wherever it stands. */
const mistakes: readonly Option[] = [
  [`--reference-id=${secret}`],
  ['--no-such-option'],
  ['-z'],
  [`-p${secret}`],
  ['one', 'two', 'three'],
  ['--limit', 'many'],
  ['--limit', '0'],
  ['--limit', '501'],
  ['--if-version', '-1'],
  ['--if-version', '1.5'],
  ['--cursor', secret.slice(0, 3)],
  ['--allowed-ips', '192.0.2.300'],
  ['--allowed-ips', ',,'],
  ['--expires-at', '2030-02-31'],
  ['--expires-at', '2030-12-31T18:00'],
  ['--metadata', '[1]'],
  ['--metadata', '{'],
  ['--activated', 'maybe'],
  ['--format', 'xml'],
  ['--prefix', 'with blanks'],
  ['--pepper-file', 'nowhere'],
  ['--user', ''],
  ['--tenant', 'x'.repeat(201)],
  ['--tenant', ''],
  ['--store', `mongodb://keeper:${secret}@127.0.0.1/keys`],
  ['--store', `postgres://keeper:${secret}#@127.0.0.1:port/keys`],
  ['--store', `redis:${secret}`],
  ['--store', ''],
]

const anything = fc.oneof(
  fc.constantFrom(...commands.flatMap(([needed, options]) => [...needed, ...options.flat()])),
  fc.constantFrom(...mistakes.flat()),
  fc.constantFrom(
    '--',
    '-',
    '--help',
    '--version',
    'help',
    '--limit=',
    '--yes=1',
    '-h',
    '__proto__',
    '\0',
    '\u001b[31m',
    '',
    '=',
    '--no-json',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const rows = fc.constantFrom(
  ...[
    '',
    '\n',
    'referenceId\n',
    `referenceId\n${secret}\n`,
    `referenceId,digest\n${secret},x\n`,
    `"${secret}`,
    `referenceId\n"${secret}`,
  ],
  ...[
    `referenceId,metadata\n${secret},"{"\n`,
    `{"referenceId":"${secret}"}\n`,
    '\uFEFFreferenceId\r\nOTHER-1\r\n',
    ',,,\n,,,',
    '\0\0',
  ],
)

/** One as it should be, one with a mistake in it, or words in any order. */
export const call: fc.Arbitrary<Call> = fc.oneof(
  ...[false, true].map((isWrong) =>
    fc
      // Who migrates needs no tenant, and may say whatever of it.
      .constantFrom(...commands.filter(([needed]) => !isWrong || needed[0] !== 'migrate'))
      .chain(([needed, options]) =>
        fc.record({
          needed: fc.constant(needed),
          more: fc.subarray([...options, ...general]),
          mistakes: isWrong ? fc.constantFrom(...mistakes).map((one) => [one]) : fc.constant([]),
          input: rows,
        }),
      )
      .map(({ needed, more, mistakes, input }) => ({
        args: [...needed, ...more.flat(), ...mistakes.flat()],
        input,
        isWrong,
      })),
  ),
  fc.record({ args: fc.array(anything, { maxLength: 7 }), input: rows, isWrong: fc.constant(false) }),
)
