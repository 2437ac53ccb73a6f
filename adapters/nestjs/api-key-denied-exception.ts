import { HttpException } from '@nestjs/common'
import type { Denied } from '../../src/decision.js'

/**
 * A refused request. `ApiKeyModule` answers it with `decision.response`. A catch-all filter of the application comes
 * before that: whatever it writes, the handler does not run, and `getStatus()`, `getResponse()` and the headers that are
 * set already are those of the refusal.
 */
export class ApiKeyDeniedException extends HttpException {
  /** For the operator: do not show its `reason` to clients. */
  readonly decision: Denied

  constructor(decision: Denied) {
    const { body, status } = decision.response
    const problem = JSON.parse(body) as { readonly detail: string }
    super(problem, status)
    this.message = problem.detail
    this.decision = decision
  }
}
