import type { DenialCause, DenialReason, Denied, DeniedResponse } from './decision.js'

/** Refuses for a reason, and tells the operator a cause if there is one. */
export type Deny = (reason: DenialReason, cause?: DenialCause) => Denied

/** Refusals without a cause are made once, so that a flood of bad requests costs no more than good ones. */
export function createDeny(responses: Readonly<Record<DenialReason, DeniedResponse>>): Deny {
  const denials = new Map<DenialReason, Denied>()
  for (const reason of Object.keys(responses) as DenialReason[]) {
    denials.set(reason, Object.freeze({ allowed: false, reason, response: responses[reason] }))
  }
  return (reason, cause) => {
    const denied = denials.get(reason) as Denied
    return cause === undefined ? denied : Object.freeze({ ...denied, cause })
  }
}
