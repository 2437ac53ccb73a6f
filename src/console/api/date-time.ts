const form = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** The moment of a `date-time` of RFC 3339, or `undefined`; `Date` alone reads many other forms, and 30 February. */
export function dateTime(text: string): Date | undefined {
  const [, day] = form.exec(text) ?? []
  if (day === undefined) return undefined
  const midnight = new Date(`${day}T00:00:00Z`)
  const moment = new Date(text)
  if (Number.isNaN(+midnight) || Number.isNaN(+moment)) return undefined
  return midnight.toISOString().startsWith(day) ? moment : undefined
}
