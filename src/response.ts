import type { Credentials } from './credentials.js'
import type { DenialReason, DeniedResponse } from './decision.js'

/** Seconds after which a client may try again while keys cannot be checked. */
const retryAfterSeconds = '2'

/** The one response for each reason, made once. Reasons that would tell a thief something share theirs. */
export function createResponses(
  realm: string,
  { formats, grammars }: Credentials,
): Readonly<Record<DenialReason, DeniedResponse>> {
  const challenge = formats.map((format) => format.challenge(realm)).join(', ')
  const vary = grammars.map(({ header }) => header).join(', ')

  function response(
    status: DeniedResponse['status'],
    title: string,
    code: string,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
  ): DeniedResponse {
    return Object.freeze({
      status,
      headers: Object.freeze({
        // With a charset, because one of the frameworks adds it to JSON types that have none.
        'content-type': 'application/problem+json; charset=utf-8',
        'cache-control': 'no-store',
        vary,
        ...headers,
      }),
      // `message` is what clients of the original product display.
      body: JSON.stringify({ title, status, detail, code, message: [detail] }),
    })
  }

  function unauthorized(code: string, detail: string): DeniedResponse {
    return response(401, 'Unauthorized', code, detail, { 'www-authenticate': challenge })
  }

  const required = `A REST API key is required: ${formats.map(({ form }) => form).join(' or ')}`
  const notAuthorized = unauthorized(
    'not_authorized',
    'Not authorized: the REST API key does not belong to this tenant/IP.',
  )
  return Object.freeze({
    missing_credentials: unauthorized('missing_credentials', required),
    malformed_credentials: unauthorized('malformed_credentials', required),
    unknown_key: notAuthorized,
    deactivated: notAuthorized,
    expired: notAuthorized,
    wrong_tenant: notAuthorized,
    ip_not_allowed: notAuthorized,
    role_not_allowed: response(
      403,
      'Forbidden',
      'role_not_allowed',
      'The role of this REST API key may not use this endpoint.',
    ),
    store_unavailable: response(
      503,
      'Service Unavailable',
      'temporarily_unavailable',
      'REST API keys cannot be checked at the moment. Try again.',
      { 'retry-after': retryAfterSeconds },
    ),
  })
}
