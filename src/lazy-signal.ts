/** What is handed to a store with a query, and how it is told that nobody waits any longer. */
export interface LazySignal {
  readonly options: { readonly signal: AbortSignal }
  abort(): void
}

/** Its signal is made when it is asked for: few drivers take one, and making it costs as much as all else about a look-up. */
export function lazySignal(): LazySignal {
  let controller: AbortController | undefined
  let isAborted = false
  return {
    options: {
      get signal() {
        if (controller === undefined) {
          controller = new AbortController()
          if (isAborted) controller.abort()
        }
        return controller.signal
      },
    },
    abort() {
      isAborted = true
      controller?.abort()
    },
  }
}
