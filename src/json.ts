const maxDepth = 32
/** A value that refers to one object many times grows with every level. */
const maxValues = 100_000

/**
 * A frozen copy of a JSON value, or `undefined` if it is none: what a request is given must not be shared with the next
 * one in any part that can be changed.
 */
export function frozenJson(value: unknown): unknown {
  let left = maxValues

  function copied(value: unknown, depth: number): unknown {
    if (left-- <= 0) return undefined
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (Number.isFinite(value)) return value
    if (depth >= maxDepth) return undefined
    if (Array.isArray(value)) {
      const items = value.map((item) => copied(item, depth + 1))
      return items.includes(undefined) ? undefined : Object.freeze(items)
    }
    if (!isPlainObject(value)) return undefined
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, copied(member, depth + 1)])
    return entries.flat().includes(undefined) ? undefined : Object.freeze(Object.fromEntries(entries))
  }

  return copied(value, 0)
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  // By the absence of a grandparent, not by identity: objects of another realm are plain too.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
