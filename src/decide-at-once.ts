import type { AuthorizationRequest } from './authorization-request.js'
import type { Authorizer } from './authorizer.js'
import type { Anonymous, Decision } from './decision.js'

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
  return own?.authorize === authorize ? own.decide(request) : authorizer.authorize(request)
}
