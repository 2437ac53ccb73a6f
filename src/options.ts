import { RestApiKeyError } from './errors.js'

/** What an error message shows of a value: its type and, for numbers and booleans only, the value itself. */
export function describe(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : describeType(value)
}

/** What is shown of a value that may be a secret: its type alone. */
export function describeType(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'boolean') return String(value)
  if (value === '') return 'an empty string'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export function invalidOption(option: string, expected: string, value: unknown): RestApiKeyError {
  return new RestApiKeyError('invalid_option', `"${option}" must be ${expected}, not ${describe(value)}`)
}

/** The same for an option that holds a secret: not even a number is repeated. */
export function invalidSecret(option: string, expected: string, value: unknown): RestApiKeyError {
  return new RestApiKeyError('invalid_option', `"${option}" must be ${expected}, not ${describeType(value)}`)
}

/** Refuses options that do not exist: a mistyped name must not silently become a default. */
export function assertOptions(owner: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(`${owner} options`, 'an object', options)
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new RestApiKeyError(
        'unknown_option',
        `"${name}" is not an option of ${owner}; it knows ${known.map((option) => `"${option}"`).join(', ')}`,
      )
    }
  }
}

/** A whole number of these limits, or the default where the option is absent. */
export function wholeNumber(
  option: string,
  value: unknown,
  fallback: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (value === undefined) return fallback
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    throw invalidOption(option, `a whole number of at least ${least} and at most ${most}`, value)
  }
  return value as number
}

/** How many entries something may hold: at most as many as a `Map` of V8 can. */
export function capacity(option: string, value: unknown, fallback: number): number {
  return wholeNumber(option, value, fallback, 1, 2 ** 24)
}

/** A delay that `setTimeout` can keep; a greater one fires at once. */
export function milliseconds(option: string, value: unknown, fallback: number, least = 0): number {
  return wholeNumber(option, value, fallback, least, 2 ** 31 - 1)
}

/** Tells objects with a method from whatever else the caller has put in their place. */
export function assertMethod(
  option: string,
  value: unknown,
  method: string,
  expected = `an object with a method ${method}`,
): void {
  if (typeof (value as Record<string, unknown> | null | undefined)?.[method] !== 'function') {
    throw invalidOption(option, expected, value)
  }
}

/** The one or the several values of an option, at least one and each of this kind: a copy. */
export function listOf<T>(
  option: string,
  value: unknown,
  isOne: (item: unknown) => item is T,
  expected: string,
): readonly T[] {
  const list: readonly unknown[] = Array.isArray(value) ? [...value] : [value]
  const wrong = list.findIndex((item) => !isOne(item))
  if (list.length === 0 || wrong !== -1) {
    throw invalidOption(option, expected, list.length === 0 ? value : list[wrong])
  }
  return list as readonly T[]
}

export function optionalFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw invalidOption(option, 'a function', value)
}

export function optionalBoolean(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw invalidOption(option, 'true or false', value)
}
