import type { Command } from 'commander'
import { isRestApiKeyError } from '../../errors.js'
import { because, CliError } from '../cli-error.js'
import { exitCodes } from '../exit-codes.js'
import type { GlobalOptions } from '../global-options.js'
import { examples } from '../help.js'
import { Output } from '../output/output.js'
import { openStore } from '../store/open-store.js'

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('create the tables of the store, or bring them up to date')
    .addHelpText('after', examples('rest-api-key migrate'))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const store = await openStore(options.store, { ...options, mayCreate: true })
      try {
        await store.migrate()
      } catch (error) {
        if (isRestApiKeyError(error)) throw error
        throw new CliError(exitCodes.unavailable, because('The store could not be migrated', error))
      } finally {
        await store.close()
      }
      new Output(options.json === true).note('The store is up to date.')
    })
}
