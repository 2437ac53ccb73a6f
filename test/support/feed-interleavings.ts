/** What a read finds: the record before or after the write, or nothing because it fails. */
export type Found = 'old' | 'new' | 'failure'

/** What can happen around one key of an instance that hears of changes by a feed. */
export type FeedStep =
  /** A load starts, is joined, or the cache answers. */
  | { readonly kind: 'request' }
  /** A load ends. */
  | { readonly kind: 'answer'; readonly read: number; readonly found: Found }
  /** The database changes, on another instance. */
  | { readonly kind: 'write' }
  /** The message about it arrives. It is lost if the feed was disconnected between the write and it. */
  | { readonly kind: 'message' }
  | { readonly kind: 'flush' }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'reconnect' }
  /** As much time passes as a record may be used while the feed is lost. */
  | { readonly kind: 'lapse' }

interface Read {
  readonly issuedAt: number
  readonly found: readonly Found[]
  readonly waiting: readonly number[]
  readonly answered: boolean
}

interface Kept {
  readonly found: Found
  readonly issuedAt: number
}

/** The rules for one key with a feed, as small as they can be said. Time is counted in lapses. */
export interface FeedModel {
  readonly now: number
  readonly connected: boolean
  readonly written: boolean
  /** The write's message is under way. */
  readonly message: boolean
  readonly done: ReadonlySet<FeedStep['kind']>
  /** What each request was judged by, as far as it is decided. */
  readonly judgedBy: readonly (Found | undefined)[]
  /** Whether each request began when the revocation had to act: it had been heard of, or the feed was lost for long. */
  readonly afterRevocation: readonly boolean[]
  readonly reads: readonly Read[]
  readonly kept: Kept | undefined
  /** The running read that a request may join. */
  readonly joinable: number | undefined
  /** Everything that was read before the write has been dropped. */
  readonly heard: boolean
  readonly writtenAt: number
}

export const initialFeedModel: FeedModel = {
  now: 0,
  connected: true,
  written: false,
  message: false,
  done: new Set(),
  judgedBy: [],
  afterRevocation: [],
  reads: [],
  kept: undefined,
  joinable: undefined,
  heard: false,
  writtenAt: 0,
}

export function applyFeedStep(before: FeedModel, step: FeedStep): FeedModel {
  const model = { ...before, done: new Set([...before.done, step.kind]) }
  switch (step.kind) {
    case 'request':
      return applyRequest(model)
    case 'answer':
      return applyAnswer(model, step)
    case 'write':
      return {
        ...model,
        written: true,
        writtenAt: model.now,
        message: model.connected,
        // A read that runs may find either.
        reads: model.reads.map((read) =>
          read.answered ? read : { ...read, found: ['old', 'new'] as const },
        ),
      }
    case 'message':
      return dropped({ ...model, message: false })
    case 'flush':
      return dropped(model)
    case 'disconnect':
      return { ...model, connected: false, message: false }
    case 'reconnect':
      return dropped({ ...model, connected: true })
    case 'lapse':
      return { ...model, now: model.now + 1 }
  }
}

function dropped(model: FeedModel): FeedModel {
  return { ...model, kept: undefined, joinable: undefined, heard: model.written }
}

/** Connected, a record lives longer than all lapses together. */
function isFresh({ connected, now }: FeedModel, issuedAt: number): boolean {
  return connected || now - issuedAt < 1
}

function applyRequest(model: FeedModel): FeedModel {
  const { judgedBy, reads, kept, joinable } = model
  const request = judgedBy.length
  const lostForLong = !model.connected && model.written && model.now - model.writtenAt >= 1
  const begun = { ...model, afterRevocation: [...model.afterRevocation, model.heard || lostForLong] }
  if (kept !== undefined && isFresh(model, kept.issuedAt)) {
    return { ...begun, judgedBy: [...judgedBy, kept.found] }
  }
  const waiting = { ...begun, kept: undefined, judgedBy: [...judgedBy, undefined] }
  if (joinable !== undefined && isFresh(model, (reads[joinable] as Read).issuedAt)) {
    const joined = reads.map((read, index) =>
      index === joinable ? { ...read, waiting: [...read.waiting, request] } : read,
    )
    return { ...waiting, reads: joined }
  }
  const read: Read = {
    issuedAt: model.now,
    found: [model.written ? 'new' : 'old'],
    waiting: [request],
    answered: false,
  }
  return { ...waiting, reads: [...reads, read], joinable: reads.length }
}

function applyAnswer(model: FeedModel, { read, found }: FeedStep & { kind: 'answer' }): FeedModel {
  const { waiting, issuedAt } = model.reads[read] as Read
  const isCurrent = model.joinable === read
  return {
    ...model,
    reads: model.reads.map((one, index) => (index === read ? { ...one, answered: true } : one)),
    judgedBy: model.judgedBy.map((judged, request) => (waiting.includes(request) ? found : judged)),
    kept: isCurrent && found !== 'failure' ? { found, issuedAt } : model.kept,
    joinable: isCurrent ? undefined : model.joinable,
  }
}

/** Every order of so many requests, each of these events once where it is possible, and every answer to every read. */
export function* feedInterleavings(
  requests: number,
  events: readonly FeedStep['kind'][],
  model: FeedModel = initialFeedModel,
  steps: readonly FeedStep[] = [],
): Generator<readonly FeedStep[]> {
  const next = possibleSteps(model, requests, events)
  if (next.length === 0) yield steps
  for (const step of next) {
    yield* feedInterleavings(requests, events, applyFeedStep(model, step), [...steps, step])
  }
}

function possibleSteps(model: FeedModel, requests: number, events: readonly FeedStep['kind'][]): FeedStep[] {
  const isPossible: Partial<Record<FeedStep['kind'], boolean>> = {
    write: true,
    message: model.message,
    flush: true,
    disconnect: true,
    reconnect: !model.connected,
    lapse: true,
  }
  const steps = events
    .filter((kind) => isPossible[kind] && !model.done.has(kind))
    .map((kind) => ({ kind }) as FeedStep)
  if (model.judgedBy.length < requests) steps.push({ kind: 'request' })
  for (const [read, { found, answered }] of model.reads.entries()) {
    if (answered) continue
    for (const one of [...found, 'failure'] as const) steps.push({ kind: 'answer', read, found: one })
  }
  return steps
}
