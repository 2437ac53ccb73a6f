import { RestApiKeyError } from '../../errors.js'
import { invalidOption } from '../../options.js'

/** What is needed of ioredis, its `Cluster` included. */
export interface IoRedisClient {
  /** Sends a command. */
  call(command: string, args: string[]): Promise<unknown>
}

/** What is needed of a client or a pool of node-redis. */
export interface NodeRedisClient {
  /** Sends a command. */
  sendCommand(args: string[]): Promise<unknown>
}

/** What is needed of a cluster of node-redis. */
export interface NodeRedisCluster {
  readonly masters: readonly unknown[]
  /** Sends a command to the node that holds the key. */
  sendCommand(firstKey: string, isReadonly: boolean, args: string[]): Promise<unknown>
}

/** A client of one of the two common packages; neither is imported. */
export type RedisClient = IoRedisClient | NodeRedisClient | NodeRedisCluster

/** Sends a command to the master that holds the key, and brings the reply as the client gives it. */
export type Send = (firstKey: string, command: string, args: readonly string[]) => Promise<unknown>

/** How commands are sent with this client. */
export function senderOf(client: RedisClient): Send {
  const expected = 'a client or cluster of ioredis or node-redis'
  if (typeof client !== 'object' || client === null) throw invalidOption('client', expected, client)
  // Of ioredis first: it has a sendCommand as well, which takes something else.
  if ('call' in client && typeof client.call === 'function') {
    const { scaleReads = 'master' } = (client as { options?: { scaleReads?: unknown } }).options ?? {}
    if (scaleReads !== 'master') {
      // A replica may not know yet that a key was revoked.
      throw invalidOption('client', 'one with "scaleReads" left at "master"', client)
    }
    return async (_, command, args) => client.call(command, [...args])
  }
  if (!('sendCommand' in client) || typeof client.sendCommand !== 'function' || 'getSentinelNode' in client) {
    throw invalidOption('client', expected, client)
  }
  if ('masters' in client) {
    return async (firstKey, command, args) => client.sendCommand(firstKey, false, [command, ...args])
  }
  return async (_, command, args) => client.sendCommand([command, ...args])
}

/** The text at a key, or `null`. */
export async function readText(send: Send, key: string): Promise<string | null> {
  return textOf(await send(key, 'GET', [key]))
}

/** The texts at these keys, in their order; `null` for those that are not there. */
export async function readTexts(send: Send, keys: readonly string[]): Promise<readonly (string | null)[]> {
  const [first] = keys
  if (first === undefined) return []
  const reply = await send(first, 'MGET', keys)
  if (!Array.isArray(reply) || reply.length !== keys.length) throw unexpectedReply()
  return reply.map(textOf)
}

function textOf(reply: unknown): string | null {
  if (reply !== null && typeof reply !== 'string') throw unexpectedReply()
  return reply
}

/** Not what Redis answers; what comes of a pipeline or of a client that maps texts to buffers. */
export function unexpectedReply(): RestApiKeyError {
  return new RestApiKeyError('store_failed', 'The Redis client must resolve to the texts that Redis replies')
}
