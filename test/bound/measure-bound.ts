import { setTimeout as pause } from 'node:timers/promises'
import type { CacheOptions } from 'rest-api-key'
import type { Place } from './backend.js'
import { connectedBoundMs, cutBoundMs, lostFeedMaxAgeMs, shortMaxAgeMs } from './bounds.js'
import type { HotKey, Judgement, Revocation } from './hot-loop.js'
import type { Counts, InstanceApi, InstanceOptions } from './instance.js'
import { monotonicMs } from './monotonic-ms.js'
import type { OpenedPlace } from './opened-place.js'
import type { OtherProcess } from './other-process.js'
import { isSql, type Way, ways } from './revocations.js'
import { withProcesses } from './with-processes.js'

export interface Scenario {
  readonly kind: Place['kind']
  /** `cut`: a proxy swallows all that it says. `deaf`: it tells nothing, and the revocations must be found to be late. */
  readonly feed: 'connected' | 'cut' | 'none' | 'deaf'
  readonly over: InstanceOptions['over']
  /** How many authorize; one more revokes. */
  readonly processes: number
  readonly revocations: number
}

export interface Measured {
  readonly scenario: Scenario
  readonly boundMs: number
  /** Of all processes together, the revoking one included. */
  readonly counts: Counts
  /** What each authorizing process did with each key. */
  readonly judgements: readonly Judgement[]
  /** What the revoking process did, without a feed, with the keys that it revoked through the store that it authorizes with. */
  readonly sameInstance: readonly Judgement[]
  readonly seconds: number
}

type Instance = OtherProcess<InstanceApi>

const program = new URL('instance.ts', import.meta.url)
const limitMs = 180_000
/** A key is hot everywhere when each process has allowed so many more of its requests. */
const hotRequests = 20
/** Keys that are asked for besides the one that is revoked next. */
const keysAhead = 3
/** The last one of them follows the cut. */
export const revocationsPerCut = 11

const caches: Readonly<Record<Scenario['feed'], CacheOptions>> = {
  connected: { lostFeedMaxAgeMs },
  cut: { lostFeedMaxAgeMs },
  none: { maxAgeMs: shortMaxAgeMs },
  deaf: { lostFeedMaxAgeMs },
}

/** Rejects if a process fails, or if it takes too long. */
export async function measureBound(scenario: Scenario, opened: OpenedPlace): Promise<Measured> {
  const { feed, over, processes, revocations } = scenario
  const { place } = opened
  const begin = monotonicMs()
  return withProcesses<InstanceApi, Measured>(
    { program, count: processes + 1, limitMs },
    async ([revoker, ...authorizing]) => {
      const instances: Instances = { revoker: revoker as Instance, authorizing }
      const options = { place, feed: feed === 'cut' ? 'connected' : feed, cache: caches[feed], over } as const
      const [keys] = await Promise.all([
        createKeys(revocations, place, instances.revoker),
        ...authorizing.map((one) => one.call('open', options)),
      ])
      const done = await revokeAll(keys, scenario, instances, opened)
      const here = done.filter(({ way }) => !isSql(way)).map((one) => ({ ...one, boundMs: 0 }))
      const judgements = await Promise.all(authorizing.map((one) => one.call('judge', done)))
      const counts = await Promise.all([instances.revoker, ...authorizing].map((one) => one.call('counts')))
      return {
        scenario,
        boundMs: boundOf(scenario),
        counts: sumOf(counts),
        judgements: judgements.flat(),
        sameInstance: await instances.revoker.call('judge', here),
        seconds: (monotonicMs() - begin) / 1_000,
      }
    },
  )
}

/** By the one that will revoke them; it has no feed, so that what it knows at once it knows from its store. */
async function createKeys(count: number, place: Place, revoker: Instance): Promise<HotKey[]> {
  await revoker.call('open', { place, feed: 'none', cache: {}, over: 'authorize' })
  return revoker.call('createKeys', count)
}

function boundOf({ kind, feed }: Scenario): number {
  if (feed === 'none') return shortMaxAgeMs
  return feed === 'cut' ? cutBoundMs[kind] : connectedBoundMs[kind]
}

interface Instances {
  readonly revoker: Instance
  readonly authorizing: readonly Instance[]
}

type Done = Revocation & { readonly way: Way }

/** Ends when every bound is over. */
async function revokeAll(
  keys: readonly HotKey[],
  scenario: Scenario,
  instances: Instances,
  { place: { kind }, proxy }: OpenedPlace,
): Promise<Done[]> {
  const boundMs = boundOf(scenario)
  const revoke = async (some: readonly HotKey[], withinMs: number) => {
    const done = await revokeInTurn(some, kind, withinMs, instances)
    await pause(withinMs)
    return done
  }
  if (scenario.feed !== 'cut') return revoke(keys, boundMs)
  if (proxy === undefined) throw new Error('There is no network to cut')
  const done: Done[] = []
  for (let cut = 0; cut * revocationsPerCut < keys.length; cut++) {
    const round = keys.slice(cut * revocationsPerCut, (cut + 1) * revocationsPerCut)
    proxy.swallow()
    done.push(...(await revoke(round.slice(0, -1), boundMs)))
    await proxy.heal()
    await Promise.all(instances.authorizing.map((one) => one.call('untilConnected', cut + 1)))
    done.push(...(await revoke(round.slice(-1), connectedBoundMs[kind])))
  }
  return done
}

/** One after the other, in every way, each one hot everywhere. */
async function revokeInTurn(
  keys: readonly HotKey[],
  kind: Place['kind'],
  boundMs: number,
  { revoker, authorizing }: Instances,
): Promise<Done[]> {
  const possible = ways.filter((way) => kind !== 'redis' || !isSql(way))
  const plan = keys.map((key, turn) => {
    const way = possible[turn % possible.length] as Way
    // What is changed past its store is not heard of by the revoker itself.
    return { key, way, asking: isSql(way) ? authorizing : [revoker, ...authorizing] }
  })
  const watch = (turn: number) =>
    Promise.all(plan[turn]?.asking.map((one) => one.call('watch', [plan[turn]?.key as HotKey])) ?? [])

  for (let turn = 0; turn < keysAhead; turn++) await watch(turn)
  const done: Done[] = []
  for (const [turn, { key, way, asking }] of plan.entries()) {
    await watch(turn + keysAhead)
    await Promise.all(asking.map((one) => one.call('untilAllowed', key.id, hotRequests)))
    done.push({ ...(await revoker.call('revoke', way, key.id)), boundMs, way })
    // In no step with the intervals of a feed.
    await pause(20 + ((turn * 37) % 61))
  }
  return done
}

function sumOf(counts: readonly Counts[]): Counts {
  const sum = (name: keyof Counts) => counts.reduce((total, one) => total + one[name], 0)
  return {
    requests: sum('requests'),
    unavailable: sum('unavailable'),
    storeReads: sum('storeReads'),
    feedLosses: sum('feedLosses'),
  }
}
