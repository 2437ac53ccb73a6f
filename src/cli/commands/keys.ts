import type { Command } from 'commander'
import type { TenantKeys } from '../../management/tenant-keys.js'
import { usageError } from '../cli-error.js'
import { exitCodes } from '../exit-codes.js'
import { examples } from '../help.js'
import { addKeyOptions, type KeyOptions, keyChangesOf } from '../key-options.js'
import { addListOptions, addVersionOption, versionOf } from '../list-options.js'
import { keyColumns, keyFields } from '../output/key-fields.js'
import { type ListOptions, printList } from '../output/list.js'
import { confirmed } from './confirmed.js'
import { addExplain } from './explain.js'
import { addImport } from './import.js'
import { managing } from './managing.js'

interface KeyListOptions extends ListOptions {
  readonly group?: string
  readonly search?: string
}

export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('keys, each of which is a Reference ID that a caller sends')
  addList(keys)
  addCreate(keys)
  addShow(keys)
  addUpdate(keys)
  addSwitch(keys, 'activate', 'accept requests with the key', (tenant, id) => tenant.activateKey(id))
  addSwitch(keys, 'deactivate', 'refuse requests with the key', (tenant, id) => tenant.deactivateKey(id))
  addDelete(keys)
  addImport(keys)
  addExplain(keys)
}

function addList(parent: Command): void {
  addListOptions(parent.command('list'))
    .description('list the keys, the oldest first')
    .option('--group <id>', 'of this group only')
    .option('--search <text>', 'with this text in hint, description, On Behalf Of or In Role')
    .addHelpText(
      'after',
      examples(
        'rest-api-key keys list',
        'rest-api-key keys list --group "$GROUP" --search nightly --all --json',
      ),
    )
    .action(
      managing<KeyListOptions>(({ keys, options, output }) => {
        const { group, search } = options
        const wanted = {
          ...(group !== undefined && { groupId: group }),
          ...(search !== undefined && { search }),
        }
        return printList(output, keyColumns, options, (page) => keys.listKeys({ ...wanted, ...page }))
      }),
    )
}

function addCreate(parent: Command): void {
  addKeyOptions(parent.command('create').requiredOption('--group <id>', 'the group of the key'))
    .description('create a key; its Reference ID alone goes to the standard output, this once')
    .addHelpText(
      'after',
      examples(
        'rest-api-key keys create --group "$GROUP" --description "Nightly import" > reference-id',
        'rest-api-key keys create --group "$GROUP" --on-behalf-of jdoe --in-role Operator --allowed-ips 192.0.2.0/24',
      ),
    )
    .action(
      managing<KeyOptions & { readonly group: string }>(async ({ keys, options, output }) => {
        const created = await keys.createKey({ groupId: options.group, ...keyChangesOf(options) })
        if (output.isJson) return output.json(created)
        const { id, hint } = created.key
        output.note(`The key ${id} (${hint}) is created. Its Reference ID, which is not shown again:`)
        await output.line(created.referenceId)
      }),
    )
}

function addShow(parent: Command): void {
  parent
    .command('show')
    .description('show all of a key but the Reference ID, which nobody has')
    .argument('<id>', "the key's id")
    .addHelpText('after', examples('rest-api-key keys show "$KEY"', 'rest-api-key keys show "$KEY" --json'))
    .action(
      managing(async ({ keys, output }, id = '') => {
        await output.record(keyFields, await keys.getKey(id))
      }),
    )
}

function addUpdate(parent: Command): void {
  addKeyOptions(addVersionOption(parent.command('update').argument('<id>', "the key's id")))
    .description("change the fields that are named; '' empties one")
    .addHelpText(
      'after',
      examples(
        'rest-api-key keys update "$KEY" --allowed-ips "192.0.2.7, 2001:db8::/32" --expires-at 2030-12-31',
        'rest-api-key keys update "$KEY" --description "" --if-version 2',
      ),
    )
    .action(
      managing<KeyOptions & { readonly ifVersion?: number }>(async ({ keys, options, output }, id = '') => {
        const changes = keyChangesOf(options)
        if (Object.keys(changes).length === 0) throw usageError('Nothing to change: give a field, see --help')
        await output.record(keyFields, await keys.updateKey(id, changes, versionOf(options)))
      }),
    )
}

function addSwitch(
  parent: Command,
  name: string,
  description: string,
  act: (keys: TenantKeys, id: string) => ReturnType<TenantKeys['activateKey']>,
): void {
  parent
    .command(name)
    .description(description)
    .argument('<id>', "the key's id")
    .addHelpText('after', examples(`rest-api-key keys ${name} "$KEY"`))
    .action(
      managing(async ({ keys, output }, id = '') => {
        await output.record(keyFields, await act(keys, id))
      }),
    )
}

function addDelete(parent: Command): void {
  parent
    .command('delete')
    .description('delete a key for good')
    .argument('<id>', "the key's id")
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('rest-api-key keys delete "$KEY" --yes'))
    .action(
      managing<{ readonly yes?: true }>(async ({ keys, options, output }, id = '') => {
        const { hint, description } = await keys.getKey(id)
        const key = description === null ? hint : `${hint} (${description})`
        if (!(await confirmed(`Delete the key ${key}?`, options))) {
          process.exitCode = exitCodes.refused
          return output.note('Nothing is deleted.')
        }
        await keys.deleteKey(id)
        output.note(`The key ${key} is deleted.`)
      }),
    )
}
