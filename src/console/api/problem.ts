import { type Fault, isRestApiKeyError } from '../../errors.js'
import { statusOf } from '../status-of.js'

/** Problem details of RFC 9457, without their title, which follows from the status. */
export interface Problem {
  readonly status: keyof typeof titles
  /** Stable; one of `RestApiKeyErrorCode` or of this API. */
  readonly code: string
  readonly detail: string
  /** Of an `invalid_input`: every field that cannot be used. */
  readonly errors?: readonly Fault[]
  readonly headers?: Readonly<Record<string, string>>
}

/** The reason phrases of RFC 9110 and RFC 6585. */
export const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const

/** Ends an operation with a problem. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** Seconds after which a client may try again. */
const retryAfter = '2'

/** What the client is told of an error: of those that are no answer to its request, nothing but that there was one. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  const status = isRestApiKeyError(error) ? statusOf(error.code) : 500
  if (!isRestApiKeyError(error) || status === 500) {
    return { status: 500, code: 'internal_error', detail: 'The request could not be answered.' }
  }
  if (status === 503) {
    return {
      status,
      code: 'temporarily_unavailable',
      detail: 'Keys cannot be managed at the moment. Try again.',
      headers: { 'retry-after': retryAfter },
    }
  }
  const { code, message, faults } = error
  return { status, code, detail: message, ...(code === 'invalid_input' && { errors: faults }) }
}
