import type { Send } from './redis-client.js'
import { runScript } from './script.js'

/** What must be so at a key, or nothing is written; `otherwise` says then what was wrong. */
export interface Check<Outcome> {
  readonly command: 'GET' | 'EXISTS'
  readonly key: string
  readonly expected: string | 0 | 1
  readonly otherwise: Outcome
}

export function present<Outcome>(key: string, otherwise: Outcome): Check<Outcome> {
  return { command: 'EXISTS', key, expected: 1, otherwise }
}

export function absent<Outcome>(key: string, otherwise: Outcome): Check<Outcome> {
  return { command: 'EXISTS', key, expected: 0, otherwise }
}

/** The key still holds the text that was read: no other change came in between. */
export function unchanged<Outcome>(key: string, text: string, otherwise: Outcome): Check<Outcome> {
  return { command: 'GET', key, expected: text, otherwise }
}

export type Write =
  | readonly [command: 'SET', key: string, text: string]
  | readonly [command: 'DEL', key: string]
  | readonly [command: 'ZADD', order: string, score: '0', member: string]
  | readonly [command: 'ZREM', order: string, member: string]
  | readonly [command: 'XADD' | 'XTRIM', stream: string, ...args: readonly string[]]

/**
 * The one script that changes groups, keys and audit.
 *
 * The last write is of a text that no other call writes: if it is there already, a client that lost its connection has
 * sent this call again, and it must not act twice. Redis does not undo what a script did before it failed: an order
 * that is none makes `ZCARD` fail before anything is written, and what is written to a stream is written first.
 */
const script = `
local plan = cjson.decode(ARGV[1])
local last = plan.writes[#plan.writes]
if redis.call('GET', KEYS[last[2]]) == last[3] then
  return 0
end
for index, check in ipairs(plan.checks) do
  if redis.call(check[1], KEYS[check[2]]) ~= check[3] then
    return index
  end
end
for _, write in ipairs(plan.writes) do
  if write[1] == 'ZADD' or write[1] == 'ZREM' then
    redis.call('ZCARD', KEYS[write[2]])
  end
end
for _, write in ipairs(plan.writes) do
  redis.call(write[1], KEYS[write[2]], unpack(write, 3))
end
return 0
`

/** Writes everything, in one step, if every check holds; `null` then, else what the first that does not hold says. */
export async function conditionalWrite<Outcome>(
  send: Send,
  checks: readonly Check<Outcome>[],
  writes: readonly Write[],
): Promise<Outcome | null> {
  const indexes = new Map<string, number>()
  const indexOf = (key: string) => {
    if (!indexes.has(key)) indexes.set(key, indexes.size + 1)
    return indexes.get(key)
  }
  const plan = JSON.stringify({
    checks: checks.map(({ command, key, expected }) => [command, indexOf(key), expected]),
    writes: writes.map(([command, key, ...args]) => [command, indexOf(key), ...args]),
  })
  const failed = await runScript(send, script, [...indexes.keys()] as [string, ...string[]], [plan])
  return failed === 0 ? null : (checks[failed - 1] as Check<Outcome>).otherwise
}
