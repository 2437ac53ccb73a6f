import type { Actor } from '../management/actor.js'
import type { TenantKeys } from '../management/tenant-keys.js'

/** What the gate has found out about a request before any page or operation sees it. */
export interface ConsoleEnv {
  Bindings: {
    /** The framework's own request, for `authenticate`. */
    native: unknown
  }
  Variables: {
    actor: Actor
    /** `manager.as(actor)`. */
    keys: TenantKeys
  }
}
