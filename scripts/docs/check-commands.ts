import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, CommanderError } from 'commander'
import { createProgram } from '../../src/cli/program.js'
import { type Documentation, type Finding, manifestOf, type Outcome } from './documentation.js'

/**
 * Commands, in blocks of a shell and within the text: a shell can read the block, `npm run` names a script,
 * `node --import tsx` a file, and `npx rest-api-key` takes the arguments that are shown.
 */
export function checkCommands(documentation: Documentation): Outcome {
  const { pages, root } = documentation
  const { scripts } = manifestOf(documentation)
  const shell = pages.flatMap(({ blocks }) => blocks).filter(({ language }) => language === 'sh')
  const inline = pages.flatMap(({ inlineCode }) => inlineCode)
  const findings: Finding[] = []
  let checked = shell.length

  for (const { file, line, code } of shell) {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: code, encoding: 'utf8' })
    if (status !== 0) findings.push({ file, line, message: `no shell can read it: ${stderr.trim()}` })
  }
  for (const { file, line, code } of [...shell, ...inline]) {
    for (const { 0: command, index } of code.matchAll(/\b(npm run|npx rest-api-key|node --import tsx) .+/g)) {
      checked++
      const message = faultOf(command)
      const at = line + code.slice(0, index).split('\n').length - 1
      if (message !== undefined) findings.push({ file, line: at, message })
    }
  }
  return { checked, findings }

  function faultOf(command: string): string | undefined {
    const [program, second, ...words] = wordsOf(command)
    if (program === 'npx') return argumentsFault(words)
    const name = words[0] ?? ''
    if (program === 'npm') return name in scripts ? undefined : `npm run ${name} is no script of package.json`
    return second === '--import' && existsSync(join(root, words[1] ?? ''))
      ? undefined
      : `${words[1]} is no file`
  }
}

/** What the command line itself says of its arguments. Nothing is done with them. */
function argumentsFault(args: readonly string[]): string | undefined {
  const program = createProgram()
  for (const command of commandsOf(program)) {
    command.configureOutput({ writeOut() {}, writeErr() {} })
    if (command.commands.length === 0) command.action(() => {})
  }
  try {
    program.parse(args, { from: 'user' })
    return undefined
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined
    return `rest-api-key ${args.join(' ')}: ${(error as Error).message}`
  }
}

function commandsOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(commandsOf)]
}

/** The words of a command, up to where it ends or its output goes elsewhere. */
function wordsOf(command: string): string[] {
  const words: string[] = []
  for (const [, single, double, plain] of command.matchAll(
    /'([^']*)'|"([^"]*)"|([^\s'"|>;&)#]+)|[|>;&)#]/g,
  )) {
    const word = single ?? double ?? plain
    if (word === undefined) break
    words.push(word)
  }
  return words
}
