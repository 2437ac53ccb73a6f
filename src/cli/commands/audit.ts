import type { Command } from 'commander'
import { examples } from '../help.js'
import { addListOptions } from '../list-options.js'
import { auditColumns } from '../output/audit-columns.js'
import { type ListOptions, printList } from '../output/list.js'
import { managing } from './managing.js'

interface AuditOptions extends ListOptions {
  readonly group?: string
  readonly key?: string
}

export function addAudit(program: Command): void {
  addListOptions(program.command('audit'))
    .description('list what was changed, the latest first')
    .option('--group <id>', 'of this group and its keys only')
    .option('--key <id>', 'of this key only')
    .addHelpText(
      'after',
      examples('rest-api-key audit --limit 10', 'rest-api-key audit --key "$KEY" --all --json'),
    )
    .action(
      managing<AuditOptions>(({ keys, options, output }) => {
        const { group, key } = options
        const wanted = {
          ...(group !== undefined && { groupId: group }),
          ...(key !== undefined && { keyId: key }),
        }
        return printList(output, auditColumns, options, (page) => keys.listAudit({ ...wanted, ...page }))
      }),
    )
}
