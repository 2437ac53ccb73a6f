/** One change of the source, and what became of it. */
export interface Mutant {
  readonly file: string
  /** The text of the line on which it begins. */
  readonly line: string
  /** What is changed into what, `a < b → a <= b`. */
  readonly change: string
  readonly outcome: 'killed' | 'timeout' | 'survived'
}

interface Position {
  /** Counted from 1, like `column`. */
  readonly line: number
  readonly column: number
}

/** The part of Stryker's JSON report that is read here. */
export interface MutationReport {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string
        readonly mutants: readonly {
          readonly location: { readonly start: Position; readonly end: Position }
          readonly replacement?: string
          readonly status: string
        }[]
      }
    >
  >
}

// An endless loop is noticed by whoever waits for it. A mutant that no test runs survives.
const outcomes: Readonly<Record<string, Mutant['outcome']>> = {
  Killed: 'killed',
  Timeout: 'timeout',
  Survived: 'survived',
  NoCoverage: 'survived',
}

/** The mutants of a report; those that were no programs are left out. */
export function mutantsIn(report: MutationReport): readonly Mutant[] {
  return Object.entries(report.files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n')
    return mutants.flatMap(({ location: { start, end }, replacement = '', status }) => {
      const outcome = outcomes[status]
      if (outcome === undefined) return []
      const original = textBetween(lines, start, end)
      const line = (lines[start.line - 1] ?? '').trim()
      return [{ file, line, change: `${shortened(original)} → ${shortened(replacement)}`, outcome }]
    })
  })
}

function textBetween(lines: readonly string[], start: Position, end: Position): string {
  const text = lines.slice(start.line - 1, end.line).join('\n')
  const after = (lines[end.line - 1] ?? '').length - (end.column - 1)
  return text.slice(start.column - 1, text.length - after)
}

function shortened(code: string): string {
  const text = code.replace(/\s+/g, ' ').trim()
  return text.length > 70 ? `${text.slice(0, 69)}…` : text
}
