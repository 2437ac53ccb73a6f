/**
 * Gives a command what tests need besides Node.js: PostgreSQL, MariaDB, Redis, a Redis Cluster, Chromium and nginx.
 *
 *     node --import tsx scripts/with-services.ts [--only postgres,redis] -- command [argument …]
 *
 * The command finds them in TEST_POSTGRES_URL, TEST_MARIADB_URL, TEST_REDIS_URL and TEST_REDIS_CLUSTER_URLS, and the paths of
 * the browser and of nginx in TEST_CHROMIUM and TEST_NGINX. A variable that is set already is left as it is. The other
 * servers are started on free ports of 127.0.0.1 in temporary folders; whatever is missing is installed first where this
 * process may do so (Debian, as root). Servers are stopped and their folders removed when the command has ended. The exit
 * status is the command's, or 125 if a server cannot be had.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { chromium } from './services/chromium.js'
import { mariadb } from './services/mariadb.js'
import { nginx } from './services/nginx.js'
import { postgres } from './services/postgres.js'
import { provide } from './services/provide.js'
import { redis } from './services/redis.js'
import { redisCluster } from './services/redis-cluster.js'
import type { Service } from './services/service.js'

const all: readonly Service[] = [postgres, mariadb, redis, redisCluster, chromium, nginx]
const stopMs = 10_000
const failed = 125

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupted.abort(signal))
}
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = statusOf(interrupted.signal.reason) ?? failed
  if (!interrupted.signal.aborted) console.error(error instanceof Error ? error.message : error)
}

async function main(args: readonly string[]): Promise<number> {
  const { services, command } = parse(args)
  const { environment, close } = await provide(services, interrupted.signal)
  try {
    return await run(command, { ...process.env, ...environment })
  } finally {
    await close()
  }
}

function parse(args: readonly string[]): { services: readonly Service[]; command: readonly string[] } {
  const end = args.indexOf('--')
  const options = args.slice(0, end === -1 ? 0 : end)
  const command = args.slice(end + 1)
  const names = options[0] === '--only' ? (options[1]?.split(',') ?? []) : all.map(({ name }) => name)
  const services = all.filter(({ name }) => names.includes(name))
  if (end === -1 || command.length === 0 || options.length % 2 !== 0 || services.length < names.length) {
    throw new Error(`Usage: with-services [--only ${all.map(({ name }) => name)}] -- command [argument …]`)
  }
  return { services, command }
}

/** Runs the command to its end. A signal ends it, and is not taken for an end of this process. */
async function run([program, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  interrupted.signal.throwIfAborted()
  const child = spawn(program as string, args, { env, stdio: 'inherit' })
  const onInterrupt = () => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), stopMs).unref()
  }
  interrupted.signal.addEventListener('abort', onInterrupt)
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return statusOf(interrupted.signal.reason) ?? code ?? statusOf(signal) ?? failed
}

/** As a shell reports a process that a signal has ended. */
function statusOf(signal: unknown): number | undefined {
  const number = constants.signals[signal as NodeJS.Signals]
  return number === undefined ? undefined : 128 + number
}
