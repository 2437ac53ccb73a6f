import type { Mutant } from './mutant.js'

/** Mutants of one line that no test can notice, because they do what the source does. */
interface Equivalent {
  readonly line: string
  readonly changes: readonly string[]
  /** Why nobody can tell the difference. */
  readonly reason: string
}

/** By the file's path. */
export type Survivors = Readonly<Record<string, readonly Equivalent[]>>

export interface Verdict {
  readonly mutants: number
  /** In per cent, ended loops included. */
  readonly killed: number
  /** Survivors that the list says are equivalent. */
  readonly equivalent: number
  /** Survivors that nobody has explained. */
  readonly unexplained: readonly Mutant[]
  /** What the list says of these files and is not so: `file: line: change`. */
  readonly outdated: readonly string[]
}

/** Compares what survived in some files with the list of those that may. */
export function judge(mutants: readonly Mutant[], survivors: Survivors): Verdict {
  const files = new Set(mutants.map(({ file }) => file))
  const listed = new Set(
    Object.entries(survivors)
      .filter(([file]) => files.has(file))
      .flatMap(([file, list]) =>
        list.flatMap(({ line, changes }) => changes.map((one) => idOf(file, line, one))),
      ),
  )
  const survived = mutants.filter(({ outcome }) => outcome === 'survived')
  const ids = new Set(survived.map(({ file, line, change }) => idOf(file, line, change)))
  const unexplained = survived.filter(({ file, line, change }) => !listed.has(idOf(file, line, change)))
  return {
    mutants: mutants.length,
    killed: mutants.length === 0 ? 100 : (100 * (mutants.length - survived.length)) / mutants.length,
    equivalent: survived.length - unexplained.length,
    unexplained,
    outdated: [...listed].filter((id) => !ids.has(id)),
  }
}

const idOf = (file: string, line: string, change: string) => `${file}: ${line}: ${change}`
