import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { Authorizer } from 'rest-api-key'
import type { CreatedKey, TenantKeys } from 'rest-api-key/management'
import { requestWith } from '../support/key-requests.js'
import type { FeedEvent } from '../support/watched-feed.js'
import { elsewhere, openApplication } from './application.js'
import type { Backend } from './backend.js'
import type { Fault, Stage } from './fault.js'
import { type Sample, type Sampler, sampler } from './sampler.js'

/** What happened to an application while its store had a fault. Moments are those of `performance.now()`. */
export interface Episode {
  readonly backend: Backend
  readonly fault: Fault
  /** The cached records were read between these. */
  readonly readFromMs: number
  readonly readToMs: number
  /** The fault was about to begin, was in force, was about to end, was over. */
  readonly beganAtMs: number
  readonly inForceAtMs: number
  readonly endsAtMs: number
  readonly overAtMs: number
  /** When the revocation by another instance had returned. */
  readonly revokedAtMs: number
  readonly attempt: Attempt
  readonly feed: readonly FeedEvent[]
  readonly detectionMs: number
  /** How long a revocation by another instance took to act after the fault; `undefined`: it did not. */
  readonly afterwardsMs: number | undefined
  /** For how long the machine kept this process from running, at most at a time. */
  readonly stalledMs: number
  readonly samples: Readonly<Record<Subject, readonly Sample[]>>
}

/**
 * A good key, and one that another instance revokes, on authorizers without and with a feed; one that the application
 * itself tries to revoke; a good key that is not cached, with its own tenant and with another; a key that nobody has.
 */
export type Subject =
  | ('aged' | 'fed' | 'agedRevoked' | 'fedRevoked' | 'attempted')
  | ('cold' | 'foreign' | 'unknown')

/** A revocation through the store that has the fault. */
interface Attempt {
  readonly beganAtMs: number
  /** When the call returned, and whether it said that the key was revoked; `undefined`: it did not return. */
  settled?: { readonly atMs: number; readonly isDone: boolean }
  /** What the server says afterwards. */
  isDone?: boolean
}

/** Leads an application through a fault and back. */
export async function runEpisode(fault: Fault, stage: Stage): Promise<Episode> {
  const { backend, appUrl, timing } = stage
  const stalls = monitorEventLoopDelay({ resolution: 10 })
  stalls.enable()
  const url = new URL(appUrl)
  if (fault.ofNetwork) url.port = `${stage.proxy.port}`
  const app = await openApplication(backend, url.href, timing)
  const { aged, fed, bare, changes, detectionMs } = app
  const { good, revoked, attempted, last } = await createKeys(app.keys)
  const revokeElsewhere = async ({ key }: CreatedKey) => {
    await elsewhere(backend, appUrl, timing, (keys) => keys.deactivateKey(key.id))
    return performance.now()
  }
  const samplers = new Map<Subject, Sampler>()
  function send(subject: Subject, authorizer: Authorizer, referenceId: string, tenantId = 'acme'): Sampler {
    const started = sampler(authorizer, referenceId, timing.sampleMs, { tenantId })
    samplers.set(subject, started)
    return started
  }

  await until(() => changes.isConnected, timing.feedRecoveryMs)
  const { samples: cold } = send('cold', bare, good.referenceId)
  send('foreign', bare, good.referenceId, 'globex')
  send('unknown', bare, '0123456789ABCDEF0123456789ABCDEF')
  await until(() => isSteady(cold), timing.recoveryMs)

  const readFromMs = performance.now()
  for (const authorizer of [aged, fed]) {
    authorizer.flush()
    for (const { referenceId } of [good, revoked, attempted]) {
      await authorizer.authorize(requestWith(referenceId))
    }
  }
  const readToMs = performance.now()
  send('aged', aged, good.referenceId)
  send('fed', fed, good.referenceId)
  send('agedRevoked', aged, revoked.referenceId)
  send('fedRevoked', fed, revoked.referenceId)
  send('attempted', fed, attempted.referenceId)

  // Opens as many connections as a pool may have: the fault must hit them all.
  await Promise.all(Array.from({ length: 50 }, () => bare.authorize(requestWith(good.referenceId))))
  let revokedAtMs = fault.takesWrites ? Infinity : await revokeElsewhere(revoked)
  const beganAtMs = performance.now()
  await fault.begin(stage)
  const inForceAtMs = performance.now()
  const attempt = attemptTo(() => app.keys.deactivateKey(attempted.key.id))
  if (fault.takesWrites) revokedAtMs = await revokeElsewhere(revoked)
  if (fault.lookUps !== 'are interrupted') await pause(beganAtMs + timing.faultMs - performance.now())
  const endsAtMs = performance.now()
  await fault.end(stage)
  const overAtMs = performance.now()
  await until(
    () => isSteady(cold) && changes.isConnected && attempt.settled !== undefined,
    Math.max(timing.recoveryMs, timing.feedRecoveryMs) + steadyMs,
  )

  await fed.authorize(requestWith(last.referenceId))
  const lastRevokedAtMs = await revokeElsewhere(last)
  const refusedAtMs = await until(
    async () => !(await fed.authorize(requestWith(last.referenceId))).allowed,
    detectionMs + timing.marginMs,
  )
  await Promise.all([...samplers.values()].map((one) => one.stop()))
  const { activated } = await elsewhere(backend, appUrl, timing, (keys) => keys.getKey(attempted.key.id))
  await app.close()
  stalls.disable()
  return {
    backend,
    fault,
    readFromMs,
    readToMs,
    beganAtMs,
    inForceAtMs,
    endsAtMs,
    overAtMs,
    revokedAtMs,
    attempt: { ...attempt, isDone: !activated },
    feed: changes.events,
    detectionMs,
    afterwardsMs: refusedAtMs && refusedAtMs - lastRevokedAtMs,
    stalledMs: stalls.max / 1e6,
    samples: Object.fromEntries([...samplers].map(([subject, { samples }]) => [subject, samples])) as Record<
      Subject,
      readonly Sample[]
    >,
  }
}

async function createKeys(keys: TenantKeys) {
  const { id: groupId } = await keys.createGroup({ name: crypto.randomUUID() })
  const create = () => keys.createKey({ groupId })
  return { good: await create(), revoked: await create(), attempted: await create(), last: await create() }
}

function attemptTo(revoke: () => Promise<unknown>): Attempt {
  const attempt: Attempt = { beganAtMs: performance.now() }
  const settle = (isDone: boolean) => {
    attempt.settled = { atMs: performance.now(), isDone }
  }
  revoke().then(
    () => settle(true),
    () => settle(false),
  )
  return attempt
}

const steadyMs = 1_000

/** Whether the look-ups of the last second were answered, every one. */
function isSteady(samples: readonly Sample[]): boolean {
  const recent = samples.filter(({ doneAtMs }) => doneAtMs > performance.now() - steadyMs)
  return recent.length > 5 && recent.every(({ outcome }) => outcome === 'allowed')
}

/** Waits until it is so, and tells when that was; not for ever, for what does not come about shows in the outcome. */
async function until(isSo: () => boolean | Promise<boolean>, atMostMs: number): Promise<number | undefined> {
  const deadline = performance.now() + atMostMs
  while (performance.now() < deadline) {
    if (await isSo()) return performance.now()
    await pause(10)
  }
  return undefined
}
