import { setTimeout as pause } from 'node:timers/promises'
import { openBackend } from '../bound/backend.js'
import { connectedBoundMs, cutBoundMs } from '../bound/bounds.js'
import { monotonicMs } from '../bound/monotonic-ms.js'
import type { OpenedPlace } from '../bound/opened-place.js'
import type { OtherProcess } from '../bound/other-process.js'
import { withProcesses } from '../bound/with-processes.js'
import { Administrator } from './administrator.js'
import type { Held, SoakInstanceApi } from './instance.js'
import { Judge, type Judged } from './judge.js'
import { type KeyState, Oracle } from './oracle.js'

export interface SoakOptions {
  readonly minutes: number
  /** Requests of each process in a second. */
  readonly perSecond: number
  readonly processes: number
  /** Keys at the beginning; a twentieth more is created meanwhile. */
  readonly keys: number
  /** Hears how far it has come. */
  readonly onProgress: (text: string) => void
}

export interface Soaked {
  readonly judged: Judged
  readonly changes: ReadonlyMap<string, number>
  readonly cuts: number
  /** How often each process has lost its feed. */
  readonly losses: readonly number[]
  /** What each process held at the end of each fifth of the time. */
  readonly held: readonly (readonly Held[])[]
  /** What went wrong besides requests in each process, and how often. */
  readonly errors: readonly ReadonlyMap<string, number>[]
  /** Keys whose last use is known to the store, and those of which it is not. */
  readonly lastUsed: { readonly known: number; readonly unknown: number }
}

type Instance = OtherProcess<SoakInstanceApi>

interface Cut {
  readonly how: 'swallow' | 'cut'
  readonly ms: number
}

const program = new URL('instance.ts', import.meta.url)
const parts = 5
const leastCuts = 3
const judgeMs = 250
/** More than a run may need, besides its time, to start, to connect again and to be measured. */
const marginMs = 5 * 60_000

/** Longer than a lost feed takes to be noticed, a reset, which is noticed at once, and shorter than it takes. */
const kindsOfCuts: readonly Cut[] = [
  { how: 'swallow', ms: 6_000 },
  { how: 'cut', ms: 2_000 },
  { how: 'swallow', ms: 1_000 },
]

/** Rejects if a process fails, or if it takes too long. */
export async function runSoak(options: SoakOptions, opened: OpenedPlace): Promise<Soaked> {
  const { minutes, perSecond, processes, keys, onProgress } = options
  const { place } = opened
  const slots = keys + Math.ceil(keys / 20)
  const states = Array.from({ length: slots }, (_, slot): KeyState => (slot < keys ? 'active' : 'absent'))
  const bounds = { connectedMs: connectedBoundMs[place.kind], cutMs: cutBoundMs[place.kind] }
  const oracle = new Oracle(bounds, states)
  const judge = new Judge(oracle)
  const backend = openBackend(place)
  const administrator = new Administrator(backend, place.kind !== 'redis')
  try {
    await administrator.createAll(keys)
    onProgress(`${keys} keys created`)
    const limitMs = minutes * 60_000 + marginMs
    const nodeOptions = ['--expose-gc']
    const lived = await withProcesses<SoakInstanceApi, Pick<Soaked, 'cuts' | 'losses' | 'held' | 'errors'>>(
      { program, count: processes, nodeOptions, limitMs },
      async (instances) => {
        await Promise.all(instances.map((one) => one.call('open', { place, slots, perSecond })))
        const end = new AbortController()
        const [lifetime] = await Promise.all([
          live(options, instances, oracle, judge, opened).finally(() => end.abort()),
          administrator.work(slots, oracle, end.signal),
          judgeAlong(instances, judge, end.signal),
        ])
        return lifetime
      },
    )
    return {
      ...lived,
      judged: judge.judged,
      changes: administrator.changes,
      lastUsed: await judge.compareLastUsed(administrator),
    }
  } finally {
    await backend.close()
  }
}

/** In each part the feeds are cut, about once a minute, and at its end it is measured what the processes hold. */
async function live(
  { minutes, onProgress }: SoakOptions,
  instances: readonly Instance[],
  oracle: Oracle,
  judge: Judge,
  opened: OpenedPlace,
) {
  const begin = monotonicMs()
  const partMs = (minutes * 60_000) / parts
  const cutsInAll = Math.max(leastCuts, Math.floor(minutes))
  const held: Held[][] = instances.map(() => [])
  let cuts = 0
  for (let part = 1; part <= parts; part++) {
    while (cuts < Math.floor((cutsInAll * part) / parts)) {
      await pause(partMs / 4)
      await cutFeeds(kindsOfCuts[cuts++ % kindsOfCuts.length] as Cut, instances, oracle, opened)
    }
    await pause(Math.max(0, begin + part * partMs - monotonicMs()))
    const now = await Promise.all(instances.map((one) => measure(one, judge)))
    for (const [index, one] of now.entries()) held[index]?.push(one)
    const { verdicts } = judge.judged
    const heaps = now.map(({ heapBytes }) => `${(heapBytes / 2 ** 20).toFixed(1)} MiB`).join(', ')
    onProgress(
      `${part} of ${parts}: ${verdicts.right} right, ${verdicts['wrong pass']} wrong passes, ${heaps}`,
    )
  }
  const losses = await Promise.all(instances.map((one) => one.call('losses')))
  const errors = await Promise.all(instances.map((one) => one.call('errors')))
  // The last answers.
  for (const one of instances) {
    await one.call('rest')
    judge.add(await one.call('takeAnswers'))
  }
  return { held, cuts, losses, errors }
}

async function cutFeeds(
  { how, ms }: Cut,
  instances: readonly Instance[],
  oracle: Oracle,
  { proxy }: OpenedPlace,
): Promise<void> {
  if (proxy === undefined) throw new Error('There is no network to cut')
  const losses = await Promise.all(instances.map((one) => one.call('losses')))
  const back = oracle.cut(monotonicMs())
  await proxy[how]()
  await pause(ms)
  await proxy.heal()
  const connected = instances.map((one, index) => one.call('untilConnected', (losses[index] ?? 0) + 1))
  await Promise.all(connected)
  back(monotonicMs())
}

async function measure(instance: Instance, judge: Judge): Promise<Held> {
  await instance.call('rest')
  judge.add(await instance.call('takeAnswers'))
  const held = await instance.call('held')
  await instance.call('resume')
  return held
}

async function judgeAlong(instances: readonly Instance[], judge: Judge, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    for (const one of instances) judge.add(await one.call('takeAnswers'))
    await pause(judgeMs)
  }
}
