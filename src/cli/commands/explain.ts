import type { Command } from 'commander'
import type { ExplainedCheck, Explanation } from '../../explanation.js'
import { usageError } from '../cli-error.js'
import { exitCodes } from '../exit-codes.js'
import { examples } from '../help.js'
import { openInput } from '../import/input.js'
import type { Output } from '../output/output.js'
import { type Field, tableOf } from '../output/table.js'
import { managing } from './managing.js'

interface ExplainOptions {
  readonly referenceIdFile?: string
  readonly requestTenant?: string
  readonly ip?: string
}

export function addExplain(parent: Command): void {
  parent
    .command('explain')
    .description('tell which checks a request with a key passes')
    .argument('[id]', "the key's id")
    .option('--reference-id-file <file>', 'in place of the id, the Reference ID; "-" is the standard input')
    .option('--request-tenant <id>', "the tenant of the request (default: the keys' tenant)")
    .option('--ip <address>', "the client's address (default: unknown)")
    .addHelpText(
      'after',
      examples(
        'rest-api-key keys explain "$KEY" --ip 192.0.2.7',
        'rest-api-key keys explain --reference-id-file reference-id --ip 192.0.2.7',
      ),
    )
    .action(
      managing<ExplainOptions>(async ({ keys, options, output }, id) => {
        const { referenceIdFile, requestTenant, ip } = options
        if ((id === undefined) === (referenceIdFile === undefined)) {
          throw usageError("Give the key's id or --reference-id-file, and not both")
        }
        const explanation = await keys.explain({
          ...(id !== undefined && { keyId: id }),
          ...(referenceIdFile !== undefined && { referenceId: await referenceIdIn(referenceIdFile) }),
          ...(requestTenant !== undefined && { tenantId: requestTenant }),
          ...(ip !== undefined && { ip }),
        })
        await print(explanation, output)
        process.exitCode = exitCodeOf(explanation)
      }),
    )
}

/** That the store did not answer says nothing about the request. */
function exitCodeOf({ allowed, reason }: Explanation): number {
  if (allowed) return exitCodes.done
  return reason === 'store_unavailable' ? exitCodes.unavailable : exitCodes.refused
}

/** The text without blanks and line breaks at its ends; what is longer than any Reference ID is cut off, and refused. */
async function referenceIdIn(file: string): Promise<string> {
  let read = ''
  for await (const chunk of (await openInput(file, new AbortController().signal)).text) {
    read += chunk
    if (read.length > 1_000) break
  }
  return read.trim()
}

const columns: readonly Field<ExplainedCheck>[] = [
  { title: 'Check', text: ({ name }) => name },
  { title: 'Outcome', text: ({ outcome }) => outcome },
  { title: 'Detail', text: ({ detail }) => detail },
]

async function print(explanation: Explanation, output: Output): Promise<void> {
  if (output.isJson) return output.json(explanation)
  const { style } = output
  // Nothing is cut short here: the details are what was asked for.
  const { titles, lines } = tableOf(columns, explanation.checks, {
    ...style,
    width: Number.POSITIVE_INFINITY,
  })
  for (const line of [titles, ...lines]) await output.line(line)
  await output.line(
    explanation.allowed
      ? style.good('Such a request is allowed.')
      : style.bad(`Such a request is refused: ${explanation.reason}.`),
  )
}
