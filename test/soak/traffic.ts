import { setTimeout as pause } from 'node:timers/promises'
import { type Authorizer, authorizationFor } from 'rest-api-key'
import { monotonicMs } from '../bound/monotonic-ms.js'
import { requestOf } from '../support/key-requests.js'
import { type Answer, type Kind, kinds } from './answers.js'
import { foreignIp, officeIp, type Slot, slotOf, tenants } from './slots.js'

const tickMs = 10
/** Requests that may be under way at once. What is due beyond that is left out, so that nothing piles up. */
const maxUnderWay = 500
const hotSlots = 100
/** Requests at once where every key is asked for. */
const lanes = 50
/** Of 20 requests, so many of each kind. */
const mix: Readonly<Record<Kind, number>> = {
  valid: 13,
  'wrong tenant': 2,
  'wrong address': 2,
  unknown: 1,
  malformed: 1,
  missing: 1,
}
const drawn: readonly Kind[] = kinds.flatMap((kind) => Array<Kind>(mix[kind]).fill(kind))
const malformedLines = (referenceId: string): readonly (readonly string[])[] => [
  [`rest_api_key ${referenceId}`],
  [`rest_api_key="${referenceId}"`],
  [`rest_api_key=${referenceId},`],
  [`rest_api_key = ${referenceId}`],
  [authorizationFor(referenceId), authorizationFor(referenceId)],
]

/** Requests of all kinds at a steady rate. */
export class Traffic {
  readonly #authorizer: Authorizer
  readonly #slots: readonly Slot[]
  readonly #perSecond: number
  readonly #underWay = new Set<Promise<void>>()
  #answers: Answer[] = []
  #going: Promise<void> | undefined
  #isPaused = true

  constructor(authorizer: Authorizer, slots: number, perSecond: number) {
    this.#authorizer = authorizer
    this.#slots = Array.from({ length: slots }, (_, number) => slotOf(number))
    this.#perSecond = perSecond
  }

  resume(): void {
    this.#isPaused = false
    this.#going = this.#go()
  }

  /** Resolves when every request has been answered. */
  async pause(): Promise<void> {
    this.#isPaused = true
    await this.#going
    await Promise.all(this.#underWay)
  }

  /** Asks for every key once, and for as many that nobody has as are remembered: what is cached is complete then. */
  async askForAll(unknown: number): Promise<void> {
    const slots = this.#slots.values()
    let unknownLeft = unknown
    const lane = async () => {
      for (const slot of slots) await this.#start('valid', slot)
      while (unknownLeft-- > 0) await this.#start('unknown', undefined)
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  }

  /** The answers since the last call. */
  takeAnswers(): readonly Answer[] {
    const taken = this.#answers
    this.#answers = []
    return taken
  }

  async #go(): Promise<void> {
    const begin = monotonicMs()
    for (let made = 0; !this.#isPaused; ) {
      const due = Math.floor(((monotonicMs() - begin) * this.#perSecond) / 1_000)
      for (; made < due; made++) {
        if (this.#underWay.size < maxUnderWay) this.#startAny()
      }
      await pause(tickMs)
    }
  }

  #startAny(): void {
    const kind = anyOf(drawn)
    // Half of them for few keys, which are the ones that change most.
    const slots = Math.random() < 0.5 ? hotSlots : this.#slots.length
    this.#start(kind, this.#slots[Math.floor(Math.random() * slots)])
  }

  #start(kind: Kind, slot: Slot | undefined): Promise<void> {
    const { authorization, tenantId, ip } = requestFor(kind, slot)
    const hasSlot = slot !== undefined && kind !== 'unknown'
    const startedAtMs = monotonicMs()
    const answered = this.#authorizer
      .authorize(requestOf(authorization, { tenantId, ip }))
      .then((decision) => {
        const isOwn = decision.allowed && decision.principal.tenantId === slot?.tenantId
        this.#answers.push({
          kind,
          slot: hasSlot ? slot.number : -1,
          startedAtMs,
          endedAtMs: monotonicMs(),
          outcome: decision.allowed ? (isOwn ? 'allowed' : 'allowed as another') : decision.reason,
        })
        this.#underWay.delete(answered)
      })
    this.#underWay.add(answered)
    return answered
  }
}

function requestFor(kind: Kind, slot: Slot = slotOf(0)) {
  const { referenceId, tenantId } = slot
  const own = [authorizationFor(referenceId)]
  const usual = { authorization: own, tenantId, ip: officeIp }
  switch (kind) {
    case 'valid':
      return usual
    case 'wrong tenant':
      return { ...usual, tenantId: tenants.find((one) => one !== tenantId) as string }
    case 'wrong address':
      return { ...usual, ip: foreignIp }
    case 'unknown':
      return { ...usual, authorization: [authorizationFor(`unknown-${Math.random()}`)] }
    case 'malformed':
      return { ...usual, authorization: anyOf(malformedLines(referenceId)) }
    case 'missing':
      return { ...usual, authorization: [] }
  }
}

function anyOf<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)] as T
}
