import type { ChangeFeed, ChangeListener } from './change-feed.js'
import type { KeyCache } from './key-cache.js'
import type { KeyLookup } from './key-lookup.js'
import { notify } from './notify.js'
import { invalidOption } from './options.js'

interface Feeds {
  readonly store: { readonly changes?: ChangeFeed }
  readonly changes: ChangeFeed | undefined
  readonly cache: KeyCache | undefined
  readonly lookup: KeyLookup
}

/**
 * Lets both feeds drop what has changed. Only the state of the connection of `changes` counts: what is managed through
 * the store's own object is heard of in the same process.
 */
export function subscribe({ store, changes, cache, lookup }: Feeds): () => Promise<void> {
  let ended = false

  function listener(onState: (lost: boolean) => void): ChangeListener {
    const whileSubscribed =
      <T extends unknown[]>(act: (...args: T) => void) =>
      (...args: T) => {
        if (!ended) act(...args)
      }
    return {
      connected: whileSubscribed(() => {
        lookup.flush()
        onState(false)
      }),
      lost: whileSubscribed(() => onState(true)),
      // Whatever is no digest may stand for any.
      changed: whileSubscribed((digest: unknown) => {
        if (typeof digest === 'string') lookup.invalidate(digest)
        else lookup.flush()
      }),
      flush: whileSubscribed(() => lookup.flush()),
    }
  }

  const endings: (() => Promise<void>)[] = []
  function subscribeTo(option: string, feed: ChangeFeed, onState: (lost: boolean) => void): void {
    const end: unknown = feed.subscribe(listener(onState))
    if (typeof end !== 'function') {
      throw invalidOption(option, 'a ChangeFeed whose subscribe returns a function', end)
    }
    endings.push(end as () => Promise<void>)
  }

  if (changes !== undefined) {
    if (cache !== undefined) cache.feedLost = true
    subscribeTo('changes', changes, (lost) => {
      if (cache !== undefined) cache.feedLost = lost
    })
  }
  if (store.changes !== undefined && store.changes !== changes) {
    try {
      subscribeTo('store.changes', store.changes, () => {})
    } catch (error) {
      // Nobody would be left to end the other one.
      for (const end of endings) notify(end)
      throw error
    }
  }
  let ending: Promise<unknown> | undefined
  return async () => {
    ended = true
    ending ??= Promise.all(endings.map(async (end) => end()))
    await ending
  }
}
