import { createHash } from 'node:crypto'
import { type Send, unexpectedReply } from './redis-client.js'

/** Runs a Lua script that Redis knows by its SHA-1, or learns now; resolves to the whole number that it returns. */
export async function runScript(
  send: Send,
  source: string,
  keys: readonly [string, ...string[]],
  args: readonly string[],
): Promise<number> {
  const rest = [String(keys.length), ...keys, ...args]
  const sha1 = createHash('sha1').update(source).digest('hex')
  const reply = await send(keys[0], 'EVALSHA', [sha1, ...rest]).catch((error) => {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return send(keys[0], 'EVAL', [source, ...rest])
  })
  // ioredis can be told to leave numbers as texts.
  const result = typeof reply === 'string' && /^\d+$/.test(reply) ? Number(reply) : reply
  if (!Number.isSafeInteger(result)) throw unexpectedReply()
  return result as number
}
