import { CommanderError } from 'commander'
import { RestApiKeyError, type RestApiKeyErrorCode } from 'rest-api-key'
import { describe, expect, it } from 'vitest'
import { CliError } from '../../src/cli/cli-error.js'
import { failureOf } from '../../src/cli/failure.js'

describe('an error ends the command', () => {
  it.each<[RestApiKeyErrorCode, number]>([
    ['not_found', 1],
    ['version_conflict', 1],
    ['group_not_empty', 1],
    ['reference_id_taken', 1],
    ['invalid_input', 2],
    ['invalid_option', 2],
    ['invalid_ip_rule', 2],
    ['not_authorized', 2],
    ['repository_failed', 3],
    ['store_failed', 3],
    ['invalid_record', 3],
  ])('%s with %d', (code, exitCode) => {
    expect(failureOf(new RestApiKeyError(code, 'It is so'))).toEqual({ exitCode, message: 'It is so' })
  })

  it.each([
    ['of the command with its own code', new CliError(3, 'It is so'), 3, 'It is so'],
    [
      'of the parser with 2',
      new CommanderError(1, 'commander.x', 'error: unknown\n(Did you?)'),
      2,
      'unknown (Did you?)',
    ],
    [
      'that nobody foresaw with 70, and without its message',
      new TypeError('a value'),
      70,
      'The command failed unexpectedly (TypeError)',
    ],
    ['that is none with 70', 'a value', 70, 'The command failed unexpectedly (string thrown)'],
    [
      'of an option with its name alone',
      new CommanderError(
        1,
        'commander.unknownOption',
        "error: unknown option '--id=it's a secret'\n(Did you mean --ip?)",
      ),
      2,
      "unknown option '--id' (Did you mean --ip?)",
    ],
  ])('%s', (_, error, exitCode, message) => {
    expect(failureOf(error)).toEqual({ exitCode, message })
  })
})
