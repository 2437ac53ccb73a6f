import { type RequestAuthorization, requestAuthorization } from './request-authorizer.js'

interface Left {
  readonly [requestAuthorization]?: RequestAuthorization
  readonly rawHeaders?: readonly string[] & Left
}

/** What the last `apiKeyAuth` has left on a request of Node.js: on itself, or, in Express, on its header lines alone. */
export function authorizationOf(request: object): RequestAuthorization | undefined {
  const { [requestAuthorization]: own, rawHeaders } = request as Left
  return own ?? rawHeaders?.[requestAuthorization]
}
