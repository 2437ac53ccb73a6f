import { type Command, InvalidArgumentError, Option } from 'commander'
import { limits } from '../management/limits.js'

/** The options of every list. */
export function addListOptions(command: Command): Command {
  return command
    .option('--limit <number>', `items of the page, at most ${limits.page} (default: 50)`, pageLimit)
    .option('--cursor <text>', 'the page behind another one, as that one has named it')
    .addOption(new Option('--all', 'every page').conflicts('limit'))
}

export function addVersionOption(command: Command): Command {
  return command.option('--if-version <number>', 'only if it still has this version', wholeNumber)
}

/** What `--if-version` means to a manager. */
export function versionOf({ ifVersion }: { readonly ifVersion?: number }): { readonly version?: number } {
  return ifVersion === undefined ? {} : { version: ifVersion }
}

function pageLimit(text: string): number {
  const number = wholeNumber(text)
  if (number < 1 || number > limits.page) throw new InvalidArgumentError(`It must be 1 to ${limits.page}.`)
  return number
}

function wholeNumber(text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(number)) throw new InvalidArgumentError('It must be a whole number.')
  return number
}
