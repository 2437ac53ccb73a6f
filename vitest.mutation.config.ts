import { statSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import base from './vitest.config.js'

/** Small files are quick, and most mutants die of the first of them. */
class SmallFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sizes = new Map(files.map((file) => [file, statSync(file.moduleId).size]))
    return files.toSorted((one, other) => (sizes.get(one) ?? 0) - (sizes.get(other) ?? 0))
  }
}

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: (process.env.MUTATION_TESTS ?? '').split(' '),
    // A mutant is put in when a worker starts, which is what takes the time: one worker for all files of a run.
    isolate: false,
    // A mutant that answers no request fails sooner than Stryker gives it up, which takes a new worker.
    testTimeout: 10_000,
    maxWorkers: 1,
    sequence: { sequencer: SmallFilesFirst },
    runner: './test/mutation/runner.ts',
  },
})
