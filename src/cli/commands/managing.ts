import type { Command } from 'commander'
import { isRestApiKeyError } from '../../errors.js'
import type { TenantKeys } from '../../management/tenant-keys.js'
import { CliError } from '../cli-error.js'
import { exitCodes } from '../exit-codes.js'
import type { GlobalOptions } from '../global-options.js'
import { keysOf } from '../keys-of.js'
import { Output } from '../output/output.js'
import { type OpenStore, openStore } from '../store/open-store.js'

/** What a command that manages groups and keys works with. */
export interface Work<Options> {
  readonly keys: TenantKeys
  readonly options: Options
  readonly output: Output
}

/**
 * A command's action with the groups and keys of the tenant at hand; the store is closed whatever happens.
 */
export function managing<Options>(
  act: (work: Work<Options & GlobalOptions>, ...args: (string | undefined)[]) => Promise<void>,
): (...parameters: unknown[]) => Promise<void> {
  return async (...parameters) => {
    const command = parameters.at(-1) as Command
    const options = command.optsWithGlobals<Options & GlobalOptions>()
    const keysIn = keysOf(options)
    const store = await openStore(options.store, options)
    try {
      const work = { keys: keysIn(store.repository), options, output: new Output(options.json === true) }
      await act(work, ...command.processedArgs)
    } catch (error) {
      throw (await isWithoutTables(error, store)) ? withoutTables() : error
    } finally {
      // What was done is done.
      await store.close().catch(() => {})
    }
  }
}

async function isWithoutTables(error: unknown, store: OpenStore): Promise<boolean> {
  if (!isRestApiKeyError(error) || error.code !== 'repository_failed') return false
  try {
    return !(await store.isMigrated())
  } catch {
    return false
  }
}

function withoutTables(): CliError {
  return new CliError(exitCodes.unavailable, 'The store has no tables yet: run "rest-api-key migrate"')
}
