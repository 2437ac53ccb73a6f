import { setTimeout as pause } from 'node:timers/promises'
import { createKeyManager, type KeyManager, type TenantKeys } from 'rest-api-key/management'
import type { Backend } from '../bound/backend.js'
import { monotonicMs } from '../bound/monotonic-ms.js'
import type { KeyState, Oracle } from './oracle.js'
import { nobodysRules, officeRules, slotOf, tenants } from './slots.js'

const changeMs = 100
const hotSlots = 100

/** Changes one key after the other, and tells the oracle. */
export class Administrator {
  readonly #backend: Backend
  readonly #manager: KeyManager
  readonly #groups = new Map<string, string>()
  /** The ids of keys by their slots. */
  readonly #ids = new Map<number, string>()
  readonly #done = new Map<string, number>()
  readonly #doneAtMs = new Map<number, number>()
  readonly #hasSql: boolean

  constructor(backend: Backend, hasSql: boolean) {
    this.#backend = backend
    this.#hasSql = hasSql
    this.#manager = createKeyManager({
      repository: backend.store,
      authorize: () => true,
      onAudit: ({ action, keyId, after }) => {
        if (action === 'key.import') this.#ids.set(Number(after?.description), keyId as string)
      },
    })
  }

  /** How often each kind of change was made. */
  get changes(): ReadonlyMap<string, number> {
    return this.#done
  }

  /** Creates the keys of all slots below a number. */
  async createAll(slots: number): Promise<void> {
    for (const tenantId of tenants) {
      const group = await this.#keysOf(tenantId).createGroup({ name: 'Integrations' })
      this.#groups.set(tenantId, group.id)
      const own = Array.from({ length: slots }, (_, number) => number).filter(
        (number) => slotOf(number).tenantId === tenantId,
      )
      const { imported } = await this.#keysOf(tenantId).importKeys(own.map((number) => this.#inputOf(number)))
      if (imported !== own.length) throw new Error(`Only ${imported} of ${own.length} keys were created`)
    }
  }

  /** Makes changes at a steady rate until it is told to end. */
  async work(slots: number, oracle: Oracle, end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      // Mostly to keys that are asked for often.
      const number = Math.floor(Math.random() * (Math.random() < 0.7 ? hotSlots : slots))
      const [name, state, change] = this.#anyChange(number, oracle.stateOf(number))
      const { done } = oracle.change(number, state, monotonicMs())
      await change()
      done(monotonicMs())
      this.#doneAtMs.set(number, monotonicMs())
      this.#done.set(name, (this.#done.get(name) ?? 0) + 1)
      await pause(changeMs)
    }
  }

  /** When the last change of a key was done. */
  changedAtMs(number: number): number {
    return this.#doneAtMs.get(number) ?? 0
  }

  /** When the key of a slot was used last, by what the store has been told. */
  async lastUsedAt(number: number): Promise<Date | null> {
    return (await this.#keysOf(slotOf(number).tenantId).getKey(this.#idOf(number))).lastUsedAt
  }

  #anyChange(
    number: number,
    state: KeyState,
  ): [name: string, state: KeyState, change: () => Promise<unknown>] {
    const { tenantId, isRestricted } = slotOf(number)
    const keys = this.#keysOf(tenantId)
    if (state === 'absent') return ['create', 'active', () => keys.importKey(this.#inputOf(number))]
    const id = this.#idOf(number)
    const rules = isRestricted ? officeRules : []
    if (state === 'deactivated') return ['activate', 'active', () => keys.activateKey(id)]
    if (state === 'taken') return ['restore', 'active', () => keys.updateKey(id, { allowedIps: rules })]
    const { run } = this.#backend
    const revocations: [string, KeyState, () => Promise<unknown>][] = [
      ['deactivate', 'deactivated', () => keys.deactivateKey(id)],
      ['delete', 'absent', () => keys.deleteKey(id)],
      ['restrict', 'taken', () => keys.updateKey(id, { allowedIps: nobodysRules })],
    ]
    if (this.#hasSql) {
      const update = `update rest_api_keys set activated = false where id = '${id}'`
      revocations.push(['SQL deactivate', 'deactivated', () => run(update)])
      revocations.push(['SQL delete', 'absent', () => run(`delete from rest_api_keys where id = '${id}'`)])
    }
    return revocations[Math.floor(Math.random() * revocations.length)] as (typeof revocations)[number]
  }

  #inputOf(number: number) {
    const { referenceId, tenantId, isRestricted } = slotOf(number)
    return {
      referenceId,
      groupId: this.#groups.get(tenantId) as string,
      description: `${number}`,
      allowedIps: isRestricted ? officeRules : [],
    }
  }

  #keysOf(tenantId: string): TenantKeys {
    return this.#manager.as({ tenantId, userId: 'jdoe', role: 'Administrator' })
  }

  #idOf(number: number): string {
    return this.#ids.get(number) as string
  }
}
