import type { Credentials } from './credentials.js'
import type { DenialReason, DeniedResponse } from './decision.js'

/** Seconds after which a client may try again while keys cannot be checked. */
const retryAfterSeconds = 2

interface Problem {
  readonly status: 401 | 403 | 503
  readonly title: string
  readonly detail: string
  readonly code: string
}

/** The one response for each reason, made once. Reasons that would tell a thief something share theirs. */
export function createResponses(
  realm: string,
  { formats, grammars }: Credentials,
): Readonly<Record<DenialReason, DeniedResponse>> {
  const challenge = formats.map((format) => format.challenge(realm)).join(', ')
  const vary = grammars.map(({ header }) => header).join(', ')

  function response(problem: Problem): DeniedResponse {
    const { status, title, detail, code } = problem
    return Object.freeze({
      status,
      headers: Object.freeze({
        // With a charset, because one of the frameworks adds it to JSON types that have none.
        'content-type': 'application/problem+json; charset=utf-8',
        'cache-control': 'no-store',
        vary,
        ...(status === 401 && { 'www-authenticate': challenge }),
        ...(status === 503 && { 'retry-after': String(retryAfterSeconds) }),
      }),
      // `message` is what clients of the original product display.
      body: JSON.stringify({ title, status, detail, code, message: [detail] }),
    })
  }

  const required = {
    status: 401,
    title: 'Unauthorized',
    detail: `A REST API key is required: ${formats.map(({ form }) => form).join(' or ')}`,
  } as const
  const notAuthorized = response({
    status: 401,
    title: 'Unauthorized',
    detail: 'Not authorized: the REST API key does not belong to this tenant/IP.',
    code: 'not_authorized',
  })
  return Object.freeze({
    missing_credentials: response({ ...required, code: 'missing_credentials' }),
    malformed_credentials: response({ ...required, code: 'malformed_credentials' }),
    unknown_key: notAuthorized,
    deactivated: notAuthorized,
    expired: notAuthorized,
    wrong_tenant: notAuthorized,
    ip_not_allowed: notAuthorized,
    role_not_allowed: response({
      status: 403,
      title: 'Forbidden',
      detail: 'The role of this REST API key may not use this endpoint.',
      code: 'role_not_allowed',
    }),
    store_unavailable: response({
      status: 503,
      title: 'Service Unavailable',
      detail: 'REST API keys cannot be checked at the moment. Try again.',
      code: 'temporarily_unavailable',
    }),
  })
}
