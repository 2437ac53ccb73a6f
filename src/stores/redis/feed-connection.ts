import { answerWithin } from '../../answer-within.js'
import { RestApiKeyError } from '../../errors.js'
import { notify } from '../../notify.js'
import { type RedisClient, senderOf } from './redis-client.js'

/** What a feed needs of a client beyond its commands: it opens and closes it. */
interface Connectable {
  /** Of ioredis. */
  readonly status?: string
  /** Of node-redis. */
  readonly isOpen?: boolean
  connect?(): Promise<unknown>
  on(event: string, listener: (error?: unknown) => void): unknown
}

/** A client for a feed alone, of ioredis or node-redis, connected or not. */
export type RedisFeedClient = RedisClient & Connectable & ({ destroy(): unknown } | { disconnect(): unknown })

export interface FeedConnection {
  /** The reply, or an error if it takes too long or the connection ends before. */
  ask(withinMs: number, command: string, args: readonly string[]): Promise<unknown>
  /** Ends it at once, whatever state it is in. */
  close(): void
}

/** A connection that ends with the signal, or as soon as its client tells that it is lost. */
export async function openConnection(
  connect: () => RedisFeedClient | Promise<RedisFeedClient>,
  {
    key,
    timeoutMs,
    signal,
  }: { readonly key: string; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<FeedConnection> {
  const ending = new AbortController()
  let client: RedisFeedClient | undefined
  let lastError: unknown

  const end = () =>
    ending.abort(lastError ?? new RestApiKeyError('feed_failed', 'The connection to Redis has ended'))
  const close = () => {
    signal.removeEventListener('abort', end)
    end()
    if (client !== undefined) closeClient(client)
  }

  async function open() {
    client = await connect()
    const send = senderOf(client)
    // Without a listener, an error would end the process.
    client.on('error', (error) => {
      lastError = error
    })
    client.on('close', end)
    if (ending.signal.aborted) closeClient(client)
    else await ready(client)
    return send
  }

  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  try {
    const send = await answerWithin(timeoutMs, open(), ending.signal)
    return {
      ask: (withinMs, command, args) =>
        answerWithin(withinMs, send(key, command, args), ending.signal).catch((error) => {
          throw replyError(error)
        }),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** Not before that may commands be sent: a client need not queue any. */
async function ready(client: RedisFeedClient): Promise<void> {
  const { status, isOpen } = client
  if (status === 'wait' || isOpen === false) await client.connect?.()
  else if (status !== undefined && status !== 'ready') {
    await new Promise<void>((resolve) => client.on('ready', () => resolve()))
  }
}

function closeClient(client: RedisFeedClient): void {
  notify(() => ('destroy' in client ? client.destroy() : client.disconnect()))
}

/** Redis begins its errors with a word for their kind, such as `NOPERM`; what follows may hold values. */
function replyError(error: unknown): unknown {
  const [kind] = (error instanceof Error && /^[A-Z]{2,20}(?= )/.exec(error.message)) || []
  return kind === undefined ? error : new RestApiKeyError('feed_failed', `Redis answered ${kind}`)
}
