import type { ChangeFeed } from './change-feed.js'
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
export function subscribe({ store, changes, cache, lookup }: Feeds): () => Promise<unknown> {
  const ends: (() => Promise<void>)[] = []

  function subscribeTo(option: string, feed: ChangeFeed, onState: (lost: boolean) => void): void {
    const end: unknown = feed.subscribe({
      connected() {
        lookup.flush()
        onState(false)
      },
      lost: () => onState(true),
      // Whatever is no digest may stand for any.
      changed(digest: unknown) {
        if (typeof digest === 'string') lookup.invalidate(digest)
        else lookup.flush()
      },
      flush: () => lookup.flush(),
    })
    if (typeof end !== 'function') {
      throw invalidOption(option, 'a ChangeFeed whose subscribe returns a function', end)
    }
    ends.push(end as () => Promise<void>)
  }

  function setLost(lost: boolean): void {
    if (cache !== undefined) cache.feedLost = lost
  }

  if (changes !== undefined) {
    setLost(true)
    subscribeTo('changes', changes, setLost)
  }
  if (store.changes !== undefined && store.changes !== changes) {
    try {
      subscribeTo('store.changes', store.changes, () => {})
    } catch (error) {
      // Nobody would be left to end the other one.
      for (const end of ends) notify(end)
      throw error
    }
  }
  let ending: Promise<unknown> | undefined
  return () => {
    ending ??= Promise.all(ends.map(async (end) => end()))
    return ending
  }
}
