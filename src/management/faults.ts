import { type Fault, RestApiKeyError } from '../errors.js'

/** Collects what is wrong with an input, so that all of it is reported at once. */
export class Faults {
  readonly #faults: Fault[] = []

  add(field: string, message: string): void {
    this.#faults.push({ field, message: `"${field}" ${message}` })
  }

  /** @throws {RestApiKeyError} `invalid_input` with every fault, if there is any. */
  throwIfAny(): void {
    if (this.#faults.length > 0) throw invalidInput(this.#faults)
  }
}

export function invalidInput(faults: readonly Fault[]): RestApiKeyError {
  return new RestApiKeyError('invalid_input', faults.map(({ message }) => message).join('; '), { faults })
}
