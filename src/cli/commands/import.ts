import { extname } from 'node:path'
import { type Command, Option } from 'commander'
import type { ImportReport } from '../../management/import-keys.js'
import { usageError } from '../cli-error.js'
import { exitCodes } from '../exit-codes.js'
import { examples } from '../help.js'
import { openInput } from '../import/input.js'
import { rowsOfCsv, rowsOfJsonLines } from '../import/rows.js'
import { listenForInterruption } from '../interruption.js'
import { countsText, importProgress } from '../output/import-progress.js'
import { managing } from './managing.js'

const readers = { csv: rowsOfCsv, jsonl: rowsOfJsonLines }
type Format = keyof typeof readers

interface ImportCommandOptions {
  readonly group?: string
  readonly format?: Format
}

export function addImport(parent: Command): void {
  parent
    .command('import')
    .description('import Reference IDs that were issued elsewhere, from a file or the standard input')
    .argument('[file]', 'CSV with a line of names, or JSON lines; "-" is the standard input', '-')
    .option('--group <id>', 'the group of rows that name none')
    .addOption(
      new Option('--format <name>', 'default: by the name of the file').choices(Object.keys(readers)),
    )
    .addHelpText(
      'after',
      [
        '',
        'Fields: referenceId, groupId, activated, description, onBehalfOf, inRole,',
        'allowedIps, expiresAt, metadata. In CSV: yes or no, rules with blanks or commas',
        'between them, JSON.',
        examples(
          'rest-api-key keys import old-keys.csv --group "$GROUP"',
          'rest-api-key keys import --format jsonl --group "$GROUP" --json < old-keys.jsonl 2> refused.txt',
        ),
      ].join('\n'),
    )
    .action(
      managing<ImportCommandOptions>(async ({ keys, options, output }, file = '-') => {
        const { group, format = formatOf(file) } = options
        // A wrong group would refuse every single row.
        if (group !== undefined) await keys.getGroup(group)
        const interruption = listenForInterruption()
        const { signal } = interruption
        const input = await openInput(file, signal)
        const shown = importProgress(input.progress)
        let report: ImportReport | undefined
        try {
          report = await keys.importKeys(readers[format](input.text), {
            ...(group !== undefined && { groupId: group }),
            signal,
            onRefused: shown.refused,
            onProgress(soFar) {
              report = soFar
              shown.advance(soFar)
            },
          })
        } finally {
          interruption.stop()
          shown.end()
          // Also of an import that failed half-way.
          if (report !== undefined) output.note(`${countsText(report)}.`)
        }
        if (output.isJson) await output.json({ ...report, interrupted: signal.aborted })
        if (report.refused > 0) process.exitCode = exitCodes.refused
        if (!signal.aborted) return
        process.exitCode = interruption.exitCode()
        output.note('Interrupted: what is imported is complete. Run it again to import the rest.')
      }),
    )
}

function formatOf(file: string): Format {
  const format = extname(file).slice(1).toLowerCase()
  if (format !== 'csv' && format !== 'jsonl')
    throw usageError('Which format? Give --format csv or --format jsonl')
  return format
}
