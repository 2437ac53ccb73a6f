import { describe, expect, it } from 'vitest'
import { judge, type Survivors } from './judge.js'
import { type Mutant, type MutationReport, mutantsIn } from './mutant.js'

describe('mutants of a report', () => {
  const source = 'function less(a, b) {\n  return a < b\n}\n'
  const at = (line: number, from: number, endLine: number, to: number) => ({
    start: { line, column: from },
    end: { line: endLine, column: to },
  })
  const reportOf = (...mutants: MutationReport['files'][string]['mutants']): MutationReport => ({
    files: { 'src/less.ts': { source, mutants } },
  })

  it.each([
    ['Killed', 'killed'],
    ['Timeout', 'timeout'],
    ['Survived', 'survived'],
    ['NoCoverage', 'survived'],
  ])('are named by their line and what they change: %s', (status, outcome) => {
    const report = reportOf({ location: at(2, 10, 2, 15), replacement: 'a <= b', status })
    expect(mutantsIn(report)).toEqual([
      { file: 'src/less.ts', line: 'return a < b', change: 'a < b → a <= b', outcome },
    ])
  })

  it('may be of several lines', () => {
    const report = reportOf({ location: at(1, 21, 3, 2), replacement: '{}', status: 'Killed' })
    expect(mutantsIn(report)).toMatchObject([{ change: '{ return a < b } → {}' }])
  })

  it('are left out if they were no programs', () => {
    const report = reportOf({ location: at(2, 10, 2, 15), replacement: 'a <= b', status: 'CompileError' })
    expect(mutantsIn(report)).toEqual([])
  })
})

describe('judging them', () => {
  const mutant = (change: string, outcome: Mutant['outcome'] = 'survived'): Mutant => ({
    file: 'src/a.ts',
    line: 'return a',
    change,
    outcome,
  })
  const listed = (...changes: string[]): Survivors => ({
    'src/a.ts': [{ line: 'return a', changes, reason: 'It does the same.' }],
  })

  it('counts those that were noticed, endless ones included', () => {
    const mutants = [mutant('1', 'killed'), mutant('2', 'timeout'), mutant('3', 'killed'), mutant('4')]
    expect(judge(mutants, listed('4'))).toMatchObject({
      mutants: 4,
      killed: 75,
      equivalent: 1,
      unexplained: [],
    })
  })

  it('finds a survivor that is not listed', () => {
    expect(judge([mutant('1'), mutant('2')], listed('2')).unexplained).toEqual([mutant('1')])
  })

  it('finds one that is listed for another line', () => {
    const survivors = { 'src/a.ts': [{ line: 'return b', changes: ['1'], reason: 'It does the same.' }] }
    expect(judge([mutant('1')], survivors)).toMatchObject({
      unexplained: [mutant('1')],
      outdated: ['src/a.ts: return b: 1'],
    })
  })

  it('finds one that is listed and was noticed', () => {
    expect(judge([mutant('1', 'killed')], listed('1')).outdated).toEqual(['src/a.ts: return a: 1'])
  })

  it('says nothing of files that were not run', () => {
    expect(judge([], listed('1'))).toMatchObject({ mutants: 0, killed: 100, outdated: [] })
  })
})
