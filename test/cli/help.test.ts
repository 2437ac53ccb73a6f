import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createProgram } from '../../src/cli/program.js'
import { builtCommand, type Project } from '../support/command-line.js'
import { foreignCsv, foreignJsonLines } from '../support/foreign-keys.js'

// Each call is a process.
vi.setConfig({ testTimeout: 60_000 })

const newProject = builtCommand()
let project: Project

/** Every command that does something, as its words. */
const commands = createProgram().commands.flatMap((command) =>
  command.commands.length === 0
    ? [[command.name()]]
    : command.commands.map((inner) => [command.name(), inner.name()]),
)

/** What those examples get that name neither a group nor a key. */
let untouched: Awaited<ReturnType<typeof newVariables>>

beforeAll(async () => {
  project = newProject()
  await project.run(['migrate'])
  project.write('old-keys.csv', [...foreignCsv(3)])
  project.write('old-keys.jsonl', [...foreignJsonLines(3)])
  untouched = await newVariables()
}, 60_000)

/** The ids of a new group and of a new key, which nothing has touched. */
async function newVariables(): Promise<{ GROUP: string; KEY: string }> {
  const GROUP = (await project.run(['groups', 'create', '--name', 'Integrations'])).stdout.trim()
  const { stdout } = await project.run(['keys', 'create', '--group', GROUP, '--json'])
  const { key, referenceId } = JSON.parse(stdout)
  project.write('reference-id', referenceId)
  return { GROUP, KEY: key.id }
}

describe('the help of', () => {
  it('every command is there', () => {
    expect(commands.map((words) => words.join(' '))).toEqual([
      'migrate',
      'groups list',
      'groups create',
      'groups update',
      'groups delete',
      'keys list',
      'keys create',
      'keys show',
      'keys update',
      'keys activate',
      'keys deactivate',
      'keys delete',
      'keys import',
      'keys explain',
      'audit',
    ])
  })

  it.each(commands.map((words) => [words.join(' '), words] as const))(
    '"%s" fits a terminal of 80 columns and has examples, which run',
    async (name, words) => {
      const { code, stdout, stderr } = await project.run([...words, '--help'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const [description = '', examples = ''] = stdout.split('\nExamples:\n')
      expect(description.split('\n').filter((line) => line.length > 80)).toEqual([])
      expect(description).toContain('--store <url>')
      const lines = examples
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^ {2}\$ /, ''))
      for (const line of lines) {
        expect(line).toContain(`rest-api-key ${name}`)
        const variables =
          line.includes('"$') || line.includes('reference-id ') ? await newVariables() : untouched
        if (name === 'groups delete') await project.run(['keys', 'delete', variables.KEY, '--yes'])
        if (line.includes('--if-version 2')) {
          await project.run(['keys', 'deactivate', variables.KEY])
          await project.run(['groups', 'update', variables.GROUP, '--name', 'Day shift'])
        }
        const ended = await project.shell(line, variables)
        expect({ line, code: ended.code, stderr: ended.stderr }).toMatchObject({ line, code: 0 })
      }
    },
  )
})
