import { randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { sha256 } from '../sha256.js'

/**
 * Forms that act once, however often a browser sends them: reloading the page that shows a new Reference ID must not make
 * another key. What was sent is known to this process alone; behind several, a reload that reaches another one acts again.
 */
export class OneTimeForms {
  readonly #sent = new LRUCache<string, true>({ max: 10_000 })

  /** For a hidden field of the form. */
  issue(): string {
    return randomUUID()
  }

  /** Does it, unless a form with this id has done it already: then `undefined`. A form that failed can be sent again. */
  async once<Result>(id: string, act: () => Promise<Result>): Promise<Result | undefined> {
    // Of one size, whatever was sent.
    const key = sha256(id)
    if (this.#sent.has(key)) return undefined
    this.#sent.set(key, true)
    try {
      return await act()
    } catch (error) {
      this.#sent.delete(key)
      throw error
    }
  }
}
