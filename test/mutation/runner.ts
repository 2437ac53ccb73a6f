import { test } from 'vitest'
import { VitestTestRunner } from 'vitest/runners'

type Source = Parameters<VitestTestRunner['importFile']>[1]

/** Runs the tests of one mutant. */
class MutationTestRunner extends VitestTestRunner {
  #hasFailed = false

  override async importFile(path: string, source: Source): Promise<unknown> {
    if (source !== 'collect') return super.importFile(path, source)
    // One failure is enough: the other files need not be loaded.
    if (this.#hasFailed) return undefined
    try {
      return await super.importFile(path, source)
    } catch (error) {
      // Stryker looks at tests only, and would miss a mutant that keeps a file from being loaded.
      return test('loads', () => Promise.reject(error))
    }
  }

  override onAfterRunTask(task: Parameters<VitestTestRunner['onAfterRunTask']>[0]): void {
    super.onAfterRunTask(task)
    this.#hasFailed ||= task.result?.state === 'fail'
  }
}

// biome-ignore lint/style/noDefaultExport: Vitest wants it.
export default MutationTestRunner
