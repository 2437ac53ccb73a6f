import type { AuthorizationRequest } from './authorization-request.js'
import type { Authorizer } from './authorizer.js'
import type { Anonymous, Decision } from './decision.js'
import { foreignError } from './store-error.js'

type Outcome = Decision | Anonymous

/** What `authorize` answers, without a promise where nothing has to be waited for. */
export type Decide = (request: AuthorizationRequest) => Outcome | PromiseLike<Outcome>

/** Registered, so that two copies of the package agree. */
const atOnce = Symbol.for('rest-api-key.decide-at-once')

type Authorize = Authorizer['authorize'] & {
  readonly [atOnce]?: { readonly authorize: Authorizer['authorize']; readonly decide: Decide }
}

/** It stands on `authorize`, with whose it is: an application that wraps `authorize` must not be passed by. */
export function withDecide(
  authorize: (request: AuthorizationRequest) => Promise<Outcome>,
  decide: Decide,
): Authorizer['authorize'] {
  return Object.defineProperty(authorize, atOnce, { value: { authorize, decide } }) as Authorizer['authorize']
}

/** Asks an authorizer, which may be the application's own. */
export function decideAtOnce(authorizer: Authorizer, request: AuthorizationRequest): ReturnType<Decide> {
  const authorize: Authorize = authorizer.authorize
  const own = authorize[atOnce]
  return own?.authorize === authorize ? own.decide(request) : askOther(authorizer, request)
}

/**
 * Of an application's own `authorize` nothing is known: it may throw at once, return what is no promise but has a `then`, and
 * fail with `undefined` or a text, which to frameworks mean that all is well.
 */
async function askOther(authorizer: Authorizer, request: AuthorizationRequest): Promise<Outcome> {
  try {
    return await authorizer.authorize(request)
  } catch (error) {
    throw error instanceof Error ? error : foreignError('store_failed', 'The authorizer failed', error)
  }
}
