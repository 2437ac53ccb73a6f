/** What a read finds: the record before or after the write, or nothing because it fails. */
export type Found = 'old' | 'new' | 'failure'

/** What can happen around one key, in any order that makes sense. */
export type Step =
  | { readonly kind: 'request' }
  /** The database changes. */
  | { readonly kind: 'write' }
  /** The cache is told, after the write. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'answer'; readonly read: number; readonly found: Found }

interface ModelRead {
  readonly found: readonly Found[]
  readonly waiting: readonly number[]
  readonly answered: boolean
}

/** The rules for one key, as small as they can be said. */
export interface KeyModel {
  /** What each request was judged by, as far as it is decided. */
  readonly judgedBy: readonly (Found | undefined)[]
  /** Whether each request began after the drop. */
  readonly afterDrop: readonly boolean[]
  readonly reads: readonly ModelRead[]
  /** What the cache holds. */
  readonly kept: Found | undefined
  /** The running read that a request may join. */
  readonly joinable: number | undefined
  readonly written: boolean
  readonly dropped: boolean
}

export const initialModel: KeyModel = {
  judgedBy: [],
  afterDrop: [],
  reads: [],
  kept: undefined,
  joinable: undefined,
  written: false,
  dropped: false,
}

export function applyStep(model: KeyModel, step: Step): KeyModel {
  switch (step.kind) {
    case 'request':
      return applyRequest(model)
    case 'write': {
      // A read that runs may find either.
      const reads = model.reads.map((read) =>
        read.answered ? read : { ...read, found: ['old', 'new'] as const },
      )
      return { ...model, written: true, reads }
    }
    case 'drop':
      return { ...model, dropped: true, kept: undefined, joinable: undefined }
    case 'answer':
      return applyAnswer(model, step)
  }
}

function applyRequest(model: KeyModel): KeyModel {
  const { judgedBy, reads, kept, joinable } = model
  const request = judgedBy.length
  const begun = {
    ...model,
    judgedBy: [...judgedBy, kept],
    afterDrop: [...model.afterDrop, model.dropped],
  }
  if (kept !== undefined) return begun
  if (joinable !== undefined) {
    const joined = reads.map((read, index) =>
      index === joinable ? { ...read, waiting: [...read.waiting, request] } : read,
    )
    return { ...begun, reads: joined }
  }
  const read: ModelRead = { found: [model.written ? 'new' : 'old'], waiting: [request], answered: false }
  return { ...begun, reads: [...reads, read], joinable: reads.length }
}

function applyAnswer(model: KeyModel, { read, found }: Step & { kind: 'answer' }): KeyModel {
  const waiting = model.reads[read]?.waiting ?? []
  const isCurrent = model.joinable === read
  return {
    ...model,
    reads: model.reads.map((one, index) => (index === read ? { ...one, answered: true } : one)),
    judgedBy: model.judgedBy.map((judged, request) => (waiting.includes(request) ? found : judged)),
    kept: isCurrent && found !== 'failure' ? found : model.kept,
    joinable: isCurrent ? undefined : model.joinable,
  }
}

/** Every order of so many requests, one write, one drop after it, and every answer to every read. */
export function* interleavings(
  requests: number,
  model: KeyModel = initialModel,
  steps: readonly Step[] = [],
): Generator<readonly Step[]> {
  const next = possibleSteps(model, requests)
  if (next.length === 0) yield steps
  for (const step of next) yield* interleavings(requests, applyStep(model, step), [...steps, step])
}

function possibleSteps(model: KeyModel, requests: number): Step[] {
  const steps: Step[] = []
  if (model.judgedBy.length < requests) steps.push({ kind: 'request' })
  if (!model.written) steps.push({ kind: 'write' })
  else if (!model.dropped) steps.push({ kind: 'drop' })
  for (const [read, { found, answered }] of model.reads.entries()) {
    if (answered) continue
    for (const one of [...found, 'failure'] as const) steps.push({ kind: 'answer', read, found: one })
  }
  return steps
}
