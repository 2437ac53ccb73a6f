import type { Sandbox } from '../../scripts/services/sandbox.js'
import type { TcpProxy } from '../support/tcp-proxy.js'
import type { Backend } from './backend.js'
import type { SmallDisk } from './small-disk.js'
import type { Timing } from './timing.js'

/** What a fault is done to. */
export interface Stage {
  readonly backend: Backend
  readonly sandbox: Sandbox
  /** Where the server's data are; `undefined` if it is no small one. */
  readonly disk: SmallDisk | undefined
  /** Of the server, with all privileges. */
  readonly url: string
  /** Of the server, as an application is given it. */
  readonly appUrl: string
  readonly proxy: TcpProxy
  readonly timing: Timing
}

export interface Fault {
  readonly id: string
  readonly title: string
  /** Whether the application reaches the server through the network that fails, or directly. */
  readonly ofNetwork: boolean
  /** What becomes of look-ups while it lasts. A fault that interrupts them is over in a moment. */
  readonly lookUps: 'fail' | 'work' | 'are interrupted'
  /** What becomes of the application's writes. */
  readonly writes: 'fail' | 'may work'
  /** Whether the writes of another instance, which the network does not keep from the server, work. */
  readonly takesWrites: boolean
  /** Resolves when it is in force. */
  begin(stage: Stage): Promise<void>
  /** Resolves when server and network are good again. */
  end(stage: Stage): Promise<void>
}
