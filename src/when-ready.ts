/** Hands a value on: at once where it is at hand, for a promise costs a request as much as half of its check. */
export function whenReady<T, Result>(
  value: T | PromiseLike<T>,
  use: (value: T) => Result,
): Result | PromiseLike<Awaited<Result>> {
  return isPromiseLike(value) ? (value.then(use) as PromiseLike<Awaited<Result>>) : use(value)
}

/** Not `instanceof Promise`: a promise of another realm is one too. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === 'function'
}
