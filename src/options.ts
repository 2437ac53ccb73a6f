import { RestApiKeyError } from './errors.js'

/** What an error message shows of a value: its type and, for numbers and booleans only, the value itself. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  switch (typeof value) {
    case 'undefined':
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'string':
      return value === '' ? 'an empty string' : 'a string'
    case 'object':
      return 'an object'
    default:
      return `a ${typeof value}`
  }
}

/** What is shown of a value that may be a secret: its type alone. */
export function describeType(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' ? `a ${typeof value}` : describe(value)
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

/** A whole number of at least `least`, or the default where the option is absent. */
export function wholeNumber(option: string, value: unknown, fallback: number, least: number): number {
  if (value === undefined) return fallback
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw invalidOption(option, `a whole number of at least ${least}`, value)
  }
  return value as number
}

/** How many entries something may hold: at most as many as a `Map` of V8 can. */
export function capacity(option: string, value: unknown, fallback: number): number {
  const number = wholeNumber(option, value, fallback, 1)
  if (number > 2 ** 24) throw invalidOption(option, `a whole number of at most ${2 ** 24}`, value)
  return number
}

/** A delay that `setTimeout` can keep; a greater one fires at once. */
export function milliseconds(option: string, value: unknown, fallback: number, least: number): number {
  const number = wholeNumber(option, value, fallback, least)
  if (number > 2_147_483_647) {
    throw invalidOption(option, 'a number of milliseconds of at most 2147483647', value)
  }
  return number
}

export function optionalFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw invalidOption(option, 'a function', value)
}

export function optionalBoolean(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw invalidOption(option, 'true or false', value)
}
