/**
 * What is read of a column. Nothing is bent into shape: a value that is not what this library writes comes back as it
 * is, under the type that it should have, and the checks of the core refuse the record.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function text<Text extends string | null>(value: unknown): Text {
  if (!(value instanceof Uint8Array)) return value as Text
  try {
    return utf8.decode(value) as Text
  } catch {
    return value as unknown as Text
  }
}

export function flag(value: unknown): boolean {
  if (value === 1 || value === 1n) return true
  if (value === 0 || value === 0n) return false
  return value as boolean
}

export function count(value: unknown): number {
  return (typeof value === 'bigint' ? Number(value) : value) as number
}

/** A text that `toISOString` would not write becomes an invalid `Date`, which is a `Date` all the same. */
export function moment(value: unknown): Date {
  const written = text<string>(value)
  const read = new Date(typeof written === 'string' ? written : Number.NaN)
  return Number.isNaN(read.getTime()) || read.toISOString() !== written ? new Date(Number.NaN) : read
}

export function optionalMoment(value: unknown): Date | null {
  return value === null ? null : moment(value)
}

/** What could not be read does not become readable by being written again. */
export function momentText(moment: Date): string {
  return Number.isNaN(moment.getTime()) ? '' : moment.toISOString()
}

export function optionalMomentText(moment: Date | null | undefined): string | null {
  return moment ? momentText(moment) : null
}

/** A list or object of JSON, or `null` where the column is. */
export function json<Value extends object | null>(value: unknown): Value {
  const written = text<string>(value)
  try {
    const read: unknown = JSON.parse(written)
    return (typeof read === 'object' && read !== null ? read : written) as Value
  } catch {
    return written as unknown as Value
  }
}

export function jsonText(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}
