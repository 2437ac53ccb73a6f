import { type Command, Option } from 'commander'

/** Options that every command takes. */
export interface GlobalOptions {
  readonly store?: string
  readonly tenant?: string
  readonly user?: string
  readonly role?: string
  readonly pepperFile?: string
  readonly prefix?: string
  readonly redisPrefix?: string
  readonly json?: true
}

export function addGlobalOptions(program: Command): Command {
  return program
    .addOption(
      new Option(
        '--store <url>',
        'where groups and keys are; a URL with a password belongs into the variable',
      ).env('REST_API_KEY_STORE'),
    )
    .addOption(new Option('--tenant <id>', 'whose groups and keys').env('REST_API_KEY_TENANT'))
    .option('--user <name>', 'who acts, for the audit (default: your name on this machine)')
    .option('--role <name>', 'the role in which you act, for the audit')
    .option('--prefix <text>', 'what generated Reference IDs begin with (default: rak_)')
    .option(
      '--pepper-file <file>',
      "the pepper of the application's hmacSha256Digest (env: REST_API_KEY_PEPPER holds it)",
    )
    .option('--redis-prefix <text>', 'what begins the names of all keys in Redis (default: rest-api-key)')
    .option('--json', 'JSON for programs on the standard output')
}
