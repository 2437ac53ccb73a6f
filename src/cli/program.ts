import { Command } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { addAudit } from './commands/audit.js'
import { addGroups } from './commands/groups.js'
import { addKeys } from './commands/keys.js'
import { addMigrate } from './commands/migrate.js'
import { addGlobalOptions } from './global-options.js'

/** The command with all that is below it. It throws instead of ending the process. */
export function createProgram(): Command {
  const program = new Command('rest-api-key')
    .description('Manages the key groups and the keys of a tenant.')
    .exitOverride()
    // What is wrong is said in one place.
    .configureOutput({ outputError() {} })
    .configureHelp({ showGlobalOptions: true })
    .version(manifest.version, '--version', 'the version of the package')
  addGlobalOptions(program)
  addMigrate(program)
  addGroups(program)
  addKeys(program)
  addAudit(program)
  return program
}
