import type { RestApiKeyErrorCode } from '../errors.js'

/** The HTTP status that tells of an error of the manager; what is no answer to the client's request is a 500. */
export function statusOf(code: RestApiKeyErrorCode): 403 | 404 | 409 | 422 | 500 | 503 {
  switch (code) {
    case 'not_authorized':
      return 403
    case 'not_found':
      return 404
    case 'version_conflict':
    case 'group_not_empty':
    case 'reference_id_taken':
      return 409
    case 'invalid_input':
      return 422
    case 'authenticate_failed':
    case 'repository_failed':
    case 'directory_failed':
    case 'store_failed':
    case 'store_timeout':
    case 'store_overloaded':
      return 503
    default:
      return 500
  }
}
