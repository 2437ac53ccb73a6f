import type { ChangeFeed } from 'rest-api-key'
import type { KeyRepository } from 'rest-api-key/management'
import type { Service } from '../../scripts/services/service.js'
import type { Timing } from './timing.js'

/** A server with the driver that speaks to it, as an application uses them. */
export interface Backend {
  readonly name: string
  /** The package. */
  readonly driver: string
  readonly service: Service
  /** Whether its feed counts as lost while the server takes no writes. */
  readonly feedNeedsWrites: boolean
  /** With which nothing that was committed is lost in a crash. */
  readonly settings: readonly string[]
  /** Creates what the application needs, and resolves to the address that it is given. */
  prepare(url: string): Promise<string>
  /** Connects as docs/stores.md recommends. */
  connect(url: string, timing: Timing): Promise<Connected>
  // By the server's own means; `url` is that of `service.start`:
  version(url: string): Promise<string>
  killConnections(url: string): Promise<void>
  setReadOnly(url: string, isReadOnly: boolean): Promise<void>
}

interface Connected {
  readonly store: Required<KeyRepository>
  readonly changes: ChangeFeed
  /** Within which `changes` notices that it hears nothing any more. */
  readonly detectionMs: number
  close(): Promise<void>
}
