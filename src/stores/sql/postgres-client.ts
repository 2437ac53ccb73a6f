import { RestApiKeyError } from '../../errors.js'

/** What is needed of a `Client` of `pg`, which is not imported. */
export interface PostgresClient {
  /** Set when it is connected. */
  readonly processID?: number | null
  /** Where it can be closed without the server's consent. */
  readonly connection?: { readonly stream?: { destroy(): unknown } }
  /** Opens the connection. */
  connect(): Promise<unknown>
  /** Runs one statement. */
  query(text: string, values?: string[]): Promise<{ readonly rows: readonly unknown[] }>
  /** Hears of errors. */
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Hears of the end of the connection. */
  on(event: 'end', listener: () => void): unknown
  /** Hears of notifications. */
  on(event: 'notification', listener: (message: PostgresNotification) => void): unknown
  /** Closes the connection. */
  end(): Promise<unknown>
}

/** A message of a channel. */
export interface PostgresNotification {
  readonly channel: string
  readonly payload?: string | undefined
}

/** A pool looks much alike; it would listen on one connection and ask another whether all is well. */
export function assertClient(client: PostgresClient): void {
  if (typeof client?.query !== 'function' || typeof client.on !== 'function' || 'totalCount' in client) {
    throw new RestApiKeyError('feed_failed', '"connect" must make a Client of pg, which is no Pool')
  }
}

/** Closes it at once: `end` alone waits for a server that may be gone. */
export async function destroy(client: PostgresClient): Promise<void> {
  // What breaks while nobody listens would end the process.
  client.on('error', () => {})
  const ended = client.end()
  client.connection?.stream?.destroy()
  await ended
}
