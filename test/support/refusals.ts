import { inspect } from 'node:util'
import { isRestApiKeyError, type RestApiKeyErrorCode } from 'rest-api-key'
import { expect } from 'vitest'

/** Put into wrong values; no error may show it. */
export const canary = 'CanaryReferenceId0123456789'

/** Expects an error of this library that says what was wrong and repeats no secret. */
export function expectRefusal(
  action: () => unknown,
  code: RestApiKeyErrorCode,
  ...parts: readonly string[]
): void {
  let caught: unknown
  try {
    action()
  } catch (error) {
    caught = error
  }
  expectError(caught, code, ...parts)
}

export function expectError(error: unknown, code: RestApiKeyErrorCode, ...parts: readonly string[]): void {
  if (!isRestApiKeyError(error)) expect.fail(`expected an error of this library, not ${inspect(error)}`)
  expect(error.code).toBe(code)
  for (const part of parts) expect(error.message).toContain(part)
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(canary)
}

/** What it rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it must reject'),
    (error: unknown) => error,
  )
}
