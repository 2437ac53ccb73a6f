/**
 * Changes the source in thousands of places, one at a time, and sees whether the tests notice.
 *
 *     npm run test:mutation
 *     npm run test:mutation -- core adapters
 *     npm run test:mutation -- core/header --force
 *
 * Works in copies of the project below .tmp/. What was killed and has not changed since the last run is not run again, except
 * with `--force`. A run of everything writes its figures to docs/mutation.md. The exit status is 1 if a group has less than its
 * share, if a mutant survives that test/mutation/survivors.ts does not explain, or if one is explained that does not survive.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { groups, type MutationSlice } from '../test/mutation/groups.js'
import { judge, type Verdict } from '../test/mutation/judge.js'
import { type Mutant, type MutationReport, mutantsIn } from '../test/mutation/mutant.js'
import { survivors } from '../test/mutation/survivors.js'
import { markdownTable } from '../test/support/markdown-table.js'

const document = 'docs/mutation.md'
const marks = ['<!-- written by npm run test:mutation -->', '<!-- end -->'] as const

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { force: { type: 'boolean', default: false } },
})
const known = groups.flatMap(({ name, slices }) => [
  name,
  ...Object.keys(slices).map((slice) => `${name}/${slice}`),
])
const unknown = positionals.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; known are ${known.join(', ')}`)
  process.exit(1)
}

const rows: string[][] = []
let failed = false
for (const { name, atLeast, slices } of groups) {
  const chosen = Object.entries(slices).filter(([slice]) => isChosen(name, slice))
  if (chosen.length === 0) continue
  const begin = performance.now()
  const mutants: Mutant[] = []
  for (const [slice, one] of chosen) mutants.push(...(await run(`${name}-${slice}`, one)))
  const verdict = judge(mutants, survivors)
  explain(verdict)
  const isPassed = verdict.killed >= atLeast && verdict.unexplained.length + verdict.outdated.length === 0
  failed ||= !isPassed
  rows.push([
    name,
    ...[verdict.mutants, mutants.filter(({ outcome }) => outcome === 'timeout').length].map(String),
    `${verdict.killed.toFixed(1)} %`,
    `${atLeast} %`,
    ...[verdict.equivalent, verdict.unexplained.length].map(String),
    `${((performance.now() - begin) / 60_000).toFixed(1)} min`,
  ])
}
const table = markdownTable([
  ['group', 'mutants', 'of them endless', 'killed', 'at least', 'equivalent', 'unexplained', 'took'],
  ...rows,
])
console.log(`\n${table}\n\n${failed ? 'Not passed' : 'Passed'}`)
if (positionals.length === 0 && values.force) write(table)
process.exitCode = failed ? 1 : 0

function isChosen(group: string, slice: string): boolean {
  return (
    positionals.length === 0 || positionals.some((name) => name === group || name === `${group}/${slice}`)
  )
}

async function run(
  id: string,
  { mutate, tests, frameworks = [] }: MutationSlice,
): Promise<readonly Mutant[]> {
  const report = `.tmp/mutation/${id}.json`
  // Of another slice by this name nothing is kept, or its files would be counted.
  const version = createHash('sha256')
    .update(JSON.stringify([mutate, tests, ...frameworks]))
    .digest('hex')
    .slice(0, 8)
  const incrementalFile = `.tmp/mutation/${id}-${version}.incremental.json`
  keepKilled(incrementalFile)
  process.env.MUTATION_TESTS = tests.join(' ')
  process.env.TEST_FRAMEWORKS = frameworks.join(' ')
  const options: ConstructorParameters<typeof Stryker>[0] = {
    mutate: [...mutate],
    testRunner: 'vitest',
    vitest: { configFile: 'vitest.mutation.config.ts', related: false },
    plugins: ['@stryker-mutator/vitest-runner'],
    coverageAnalysis: 'perTest',
    concurrency: Math.min(2, availableParallelism()),
    incremental: true,
    incrementalFile,
    force: values.force,
    tempDirName: `.tmp/stryker-${id}`,
    ignorePatterns: ['.tmp', 'bench', 'coverage', 'dist', 'docs'],
    disableTypeChecks: false,
    timeoutMS: 10_000,
    timeoutFactor: 2,
    warnings: false,
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: report },
    allowConsoleColors: false,
  }
  await new Stryker(options).runMutationTest()
  return mutantsIn(JSON.parse(readFileSync(report, 'utf8')) as MutationReport)
}

/** Stryker does not see that what a test calls has changed, nor that the machine was busy: only the killed are not run again. */
function keepKilled(path: string): void {
  if (!existsSync(path)) return
  const report = JSON.parse(readFileSync(path, 'utf8')) as MutationReport
  const files = Object.entries(report.files).map(([name, file]) => {
    const mutants = file.mutants.filter(({ status }) => status === 'Killed')
    return [name, { ...file, mutants }] as const
  })
  writeFileSync(path, JSON.stringify({ ...report, files: Object.fromEntries(files) }))
}

function explain({ unexplained, outdated }: Verdict): void {
  for (const { file, line, change } of unexplained)
    console.log(`✗ survives: ${file}: ${line}\n      ${change}`)
  for (const id of outdated) console.log(`✗ listed, but does not survive: ${id}`)
}

function write(table: string): void {
  const text = readFileSync(document, 'utf8')
  const [from, to] = marks.map((mark) => text.indexOf(mark)) as [number, number]
  if (from === -1 || to < from) throw new Error(`${document} must hold ${marks.join(' and ')}`)
  const day = new Date().toISOString().slice(0, 10)
  const about = `\`npm run test:mutation -- --force\`, ${day}, Node ${process.versions.node}, ${availableParallelism()} cores:`
  writeFileSync(
    document,
    `${text.slice(0, from + marks[0].length)}\n\n${about}\n\n${table}\n\n${text.slice(to)}`,
  )
}
