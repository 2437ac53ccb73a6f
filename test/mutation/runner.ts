import { VitestTestRunner } from 'vitest/runners'

type Source = Parameters<VitestTestRunner['importFile']>[1]
type File = Parameters<VitestTestRunner['onCollectStart']>[0]

/** Runs the tests of one mutant. */
class MutationTestRunner extends VitestTestRunner {
  #hasFailed = false

  /**
   * Stryker looks at tests only, and would miss a mutant that keeps a file from having any: each file gets one that is
   * skipped, which counts as failed if the file has.
   */
  override onCollectStart(file: File): void {
    super.onCollectStart(file)
    const name = 'the file can be loaded'
    const loads = {
      type: 'test',
      mode: 'skip',
      name,
      fullName: name,
      file,
      suite: file,
      meta: {},
      annotations: [],
      artifacts: [],
    }
    file.tasks.push(loads as unknown as File['tasks'][number])
  }

  /** One failure is enough: the other files need not be loaded. */
  override importFile(path: string, source: Source): unknown {
    return source === 'collect' && this.#hasFailed ? undefined : super.importFile(path, source)
  }

  override onAfterRunTask(task: Parameters<VitestTestRunner['onAfterRunTask']>[0]): void {
    super.onAfterRunTask(task)
    this.#hasFailed ||= task.result?.state === 'fail'
  }
}

// biome-ignore lint/style/noDefaultExport: Vitest wants it.
export default MutationTestRunner
