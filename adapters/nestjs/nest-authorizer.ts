import type { Denied } from '../../src/decision.js'
import { assertOptions } from '../../src/options.js'
import {
  createRequestAuthorizer,
  onDeniedError,
  type RequestAuthorization,
  type RequestReader,
  requestAuthorization,
} from '../../src/request-authorizer.js'
import { mergeVary } from '../../src/vary.js'
import { ApiKeyDeniedException } from './api-key-denied-exception.js'
import type { ApiKeyModuleOptions } from './api-key-module-options.js'
import type { AuthorizedRequest, NestRequest, NestResponse } from './nest-request.js'
import { platformOf } from './platform.js'

/** What the guards of one `ApiKeyModule` share. Throws an `ApiKeyDeniedException` for what it refuses. */
export type NestAuthorizer = (
  request: AuthorizedRequest,
  response: NestResponse,
) => Promise<RequestAuthorization>

/** Where it is provided. Registered, so that two copies of the package agree. */
export const nestAuthorizer: unique symbol = Symbol.for('rest-api-key.nest-authorizer')

export function createNestAuthorizer(options: ApiKeyModuleOptions): NestAuthorizer {
  assertOptions('ApiKeyModule', options, ['authorizer', 'tenant', 'ip', 'optional', 'onDenied'])
  const { authorizer, ...rest } = options
  const authorize = createRequestAuthorizer<NestRequest>(authorizer, rest, reader)
  // Several guards can stand before a route, in any order: the key is checked by the first of them.
  const authorizations = new WeakMap<NestRequest, RequestAuthorization>()

  return async (request, response) => {
    const known = authorizations.get(request)
    if (known !== undefined) return known
    const authorization = await authorize(request)
    const { decision, vary } = authorization
    if (platformOf(request).isAnswered(response)) return answered() // By somebody else, such as a timeout.
    addVary(response, vary)
    if (!decision.allowed) return refuse(decision, authorization, request, response)
    request.apiKey = decision.principal
    request[requestAuthorization] = authorization
    authorizations.set(request, authorization)
    return authorization
  }
}

/** The headers are set before it throws, because a filter of the application may answer in place of ours. */
export async function refuse(
  denied: Denied,
  authorization: RequestAuthorization | undefined,
  request: NestRequest,
  response: NestResponse,
): Promise<never> {
  const onDenied = authorization?.onDenied as ApiKeyModuleOptions['onDenied']
  try {
    await onDenied?.(denied, request, response)
  } catch (error) {
    throw onDeniedError(error)
  }
  if (platformOf(request).isAnswered(response)) return answered()
  const { vary, 'content-type': _, ...headers } = denied.response.headers
  addVary(response, vary as string)
  for (const [name, value] of Object.entries(headers)) response.header(name, value)
  throw new ApiKeyDeniedException(denied)
}

/**
 * Stops as middleware does that does not call `next`: where the answer was given, neither the handler nor a filter that
 * catches everything may give another.
 */
function answered(): Promise<never> {
  return new Promise(() => {})
}

function addVary(response: NestResponse, vary: string): void {
  response.header('vary', mergeVary(response.getHeader('vary'), vary))
}

const reader: RequestReader<NestRequest> = {
  headerLines: (request) => platformOf(request).reader.headerLines(request),
  ip: (request) => platformOf(request).reader.ip(request),
  host: (request) => platformOf(request).reader.host(request),
  param: (request, name) => platformOf(request).reader.param(request, name),
}
