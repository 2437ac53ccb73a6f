import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { RawConnection } from '../support/http-client.js'
import { type Door, type Family, httpCases } from './http-cases.js'
import type { Runtime } from './runtimes.js'
import { type Listening, loopback } from './suite/node-servers.js'
import { type Result, runCases } from './suite/run-cases.js'

/** The results of one part of the suite on a runtime. */
export interface PartResult {
  readonly part: string
  readonly results: readonly Result[]
}

const limitMs = 60_000

/** Runs the whole suite against a server of its own, in a process that ends with it. */
export async function runSuite({ command, hasNodeHttp }: Runtime, folder: string): Promise<PartResult[]> {
  const [program, ...args] = command as [string, ...string[]]
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  try {
    const listening = await listeningOf(child)
    if (hasNodeHttp !== 'node' in listening) throw new Error('"hasNodeHttp" is not what the server has')
    const parts: PartResult[] = []
    for (const part of ['core', 'sql']) parts.push({ part, results: await casesOf(listening, part) })
    for (const store of ['memory', 'sql']) {
      await post(listening, `/${store}/seed`)
      for (const door of doorsOf(listening, store)) {
        parts.push({ part: door.path, results: await runCases(httpCases(door)) })
      }
    }
    return parts
  } finally {
    clearTimeout(timer)
    child.kill('SIGTERM')
  }
}

/** The line that a server prints when it is ready. */
async function listeningOf(child: ChildProcess): Promise<Listening> {
  let output = ''
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const line = new Promise<string>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes('\n')) resolve(output)
    })
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The server ended with ${code}:\n${output}${errors}`)
  })
  return JSON.parse(await Promise.race([line, ended]))
}

async function casesOf({ fetch: ports }: Listening, part: string): Promise<Result[]> {
  const response = await fetch(`http://${loopback.ipv4}:${ports.ipv4}/cases/${part}`)
  const text = await response.text()
  if (!response.ok) return [{ name: `the cases of ${part}`, failure: text }]
  return JSON.parse(text)
}

async function post({ fetch: ports }: Listening, path: string): Promise<void> {
  const response = await fetch(`http://${loopback.ipv4}:${ports.ipv4}${path}`, { method: 'POST' })
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`)
}

/** The doors to the keys of a store. The adapter of `node:http` stands before those in memory. */
function doorsOf(listening: Listening, store: string): Door[] {
  const to = (ports: Partial<Record<Family, number>>) => (family: Family) =>
    // Behind a proxy that says who the client is, there is one port.
    RawConnection.open(ports[family] ?? (ports.ipv4 as number), {
      host: loopback[ports[family] ? family : 'ipv4'],
    })
  const { fetch: own, node } = listening
  const door = (name: string, ports: Partial<Record<Family, number>>): Door => ({
    path: `/${store}/${name}`,
    store: `/${store}`,
    connect: to(ports),
    administer: () => to(own)('ipv4'),
    ...(own.ipv6 === undefined && {
      forwarded: {
        ipv4: `CF-Connecting-IP: ${loopback.ipv4}`,
        ipv6: `CF-Connecting-IP: ${loopback.ipv6}`,
      },
    }),
  })
  return [
    door('fetch', own),
    door('hono', own),
    ...(node !== undefined && store === 'memory' ? [door('node', node)] : []),
  ]
}
