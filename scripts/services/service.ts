import type { Sandbox } from './sandbox.js'

/** A server that tests need. */
export interface Service {
  /** As `--only` and the output call it. */
  readonly name: string
  /** The environment variable that tests read; what it holds already is used as it is. */
  readonly variable: string
  /** The Debian packages with its programs. */
  readonly packages: readonly string[]
  /** How many ports it listens on. */
  readonly ports: number
  /** The system user that its programs run as, if this process is root's. */
  readonly user?: string
  /** What stops it without waiting for its clients. */
  readonly stopSignal: NodeJS.Signals
  /** Whether its programs are installed. */
  isInstalled(): boolean
  /** Starts it and resolves to the variable's value when it answers. The settings override those that it brings. */
  start(sandbox: Sandbox, ports: readonly number[], settings?: readonly string[]): Promise<string>
}
