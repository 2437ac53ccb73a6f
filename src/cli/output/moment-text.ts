/** A moment for people: in UTC, to the second. */
export function momentText(moment: Date | null): string {
  if (moment === null) return ''
  // Somebody may have edited the row by hand.
  return Number.isNaN(moment.getTime()) ? 'unreadable' : moment.toISOString().replace(/\.\d+Z$/, 'Z')
}
