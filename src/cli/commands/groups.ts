import type { Command } from 'commander'
import { usageError } from '../cli-error.js'
import { exitCodes } from '../exit-codes.js'
import { examples } from '../help.js'
import { namedFields } from '../key-options.js'
import { addListOptions, addVersionOption, versionOf } from '../list-options.js'
import { groupColumns, groupFields } from '../output/group-fields.js'
import { type ListOptions, printList } from '../output/list.js'
import { confirmed } from './confirmed.js'
import { managing } from './managing.js'

interface GroupOptions {
  readonly name?: string
  readonly description?: string
  readonly ifVersion?: number
}

export function addGroups(program: Command): void {
  const groups = program.command('groups').description('key groups: every key is in one')

  addListOptions(groups.command('list'))
    .description('list the groups, the oldest first')
    .addHelpText('after', examples('rest-api-key groups list', 'rest-api-key groups list --all --json'))
    .action(
      managing<ListOptions>(({ keys, options, output }) =>
        printList(output, groupColumns, options, (page) => keys.listGroups(page)),
      ),
    )

  groups
    .command('create')
    .description('create a group; its id alone goes to the standard output')
    .requiredOption('--name <text>', 'the name')
    .option('--description <text>', 'for people')
    .addHelpText(
      'after',
      examples(
        'rest-api-key groups create --name Integrations',
        'GROUP=$(rest-api-key groups create --name "Night shift" --description "Machines that call us")',
      ),
    )
    .action(
      managing<GroupOptions>(async ({ keys, options, output }) => {
        const { name = '', description } = options
        const group = await keys.createGroup({ name, ...namedFields({ description }) })
        if (output.isJson) return output.json(group)
        output.note(`The group "${group.name}" is created. Its id:`)
        await output.line(group.id)
      }),
    )

  addVersionOption(groups.command('update'))
    .description('change the fields that are named')
    .argument('<id>', "the group's id")
    .option('--name <text>', 'the name')
    .option('--description <text>', "for people; '' empties it")
    .addHelpText(
      'after',
      examples(
        'rest-api-key groups update "$GROUP" --name "Day shift"',
        'rest-api-key groups update "$GROUP" --description "" --if-version 2',
      ),
    )
    .action(
      managing<GroupOptions>(async ({ keys, options, output }, id = '') => {
        const { name, description } = options
        const changes = { ...(name !== undefined && { name }), ...namedFields({ description }) }
        if (Object.keys(changes).length === 0) throw usageError('Nothing to change: give a field, see --help')
        await output.record(groupFields, await keys.updateGroup(id, changes, versionOf(options)))
      }),
    )

  groups
    .command('delete')
    .description('delete a group that has no keys')
    .argument('<id>', "the group's id")
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('rest-api-key groups delete "$GROUP" --yes'))
    .action(
      managing<{ readonly yes?: true }>(async ({ keys, options, output }, id = '') => {
        const { name } = await keys.getGroup(id)
        if (!(await confirmed(`Delete the group "${name}"?`, options))) {
          process.exitCode = exitCodes.refused
          return output.note('Nothing is deleted.')
        }
        await keys.deleteGroup(id)
        output.note(`The group "${name}" is deleted.`)
      }),
    )
}
