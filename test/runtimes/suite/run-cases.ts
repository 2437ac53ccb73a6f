/** One behaviour, under no test runner: it rejects unless it is kept. */
export interface Case {
  readonly name: string
  run(): unknown
}

export interface Result {
  readonly name: string
  /** Why it failed; absent if it passed. */
  readonly failure?: string
}

/** Milliseconds after which a case has failed. */
const limitMs = 10_000

/** Runs one after the other. */
export async function runCases(cases: readonly Case[]): Promise<Result[]> {
  const results: Result[] = []
  for (const { name, run } of cases) {
    const failure = await failureOf(run)
    results.push(failure === undefined ? { name } : { name, failure })
  }
  return results
}

async function failureOf(run: Case['run']): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not over within ${limitMs} ms`)), limitMs)
  })
  try {
    await Promise.race([run(), late])
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  } finally {
    clearTimeout(timer)
  }
}
