const form = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/

/**
 * A day, which begins at midnight UTC, or a moment with its zone: `2030-12-31`, `2030-12-31T18:00:00+01:00`. Anything
 * else is an invalid `Date`: `Date` itself reads a moment without zone as one of this machine, and the 31st of February
 * as the 3rd of March.
 */
export function momentOf(text: string): Date {
  const [, day] = form.exec(text) ?? []
  return new Date(day !== undefined && isDay(day) ? text : Number.NaN)
}

function isDay(text: string): boolean {
  const day = new Date(text)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}
