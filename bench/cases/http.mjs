// What checking a key adds to the CPU time of a server, for each request, beside a check by hand and other packages.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { intervalOf, quartilesOf, shuffled } from '../paired.mjs'
import { print, settings } from '../rows.mjs'

const { framework, rounds, seconds, generations } = settings({ rounds: 900, seconds: 100, generations: 6 })
const requests = 400
const warmUps = 12
/** Of a server that takes long, fewer requests are measured. */
const measuredMs = 60

const { variants } = await import(`../http/${framework}.mjs`)
const start = (file, args) => fork(new URL(`../http/${file}.mjs`, import.meta.url), args)

/** The next message of a process, or the news that it has ended. */
async function answerOf(child) {
  const ended = new AbortController()
  const { signal } = ended
  try {
    const [answer] = await Promise.race([once(child, 'message', { signal }), once(child, 'exit', { signal })])
    if (typeof answer !== 'object' || answer === null) throw new Error('A server or the load has ended')
    return answer
  } finally {
    ended.abort()
  }
}

const [bareName, ...guarded] = Object.keys(variants)
const groups = [['control', ...guarded.slice(0, 2)], guarded.slice(2)]
const load = start('load', [])
const others = groups.flat().map((name) => ({ name, added: [] }))
const bares = []

/**
 * A check by hand, ours and the bare servers are in one process: processes with the same code differ, each in its own way for
 * as long as it runs, and by more than what is measured. It is also nearer to an application, where a framework runs more than one
 * middleware. The other packages are in another one, with a bare server beside them: some leave garbage for whoever comes next.
 */
for (let generation = 0; generation < generations; generation++) {
  const processes = groups.map((names) => start('server', [framework, bareName, ...names]))
  try {
    await compare(await Promise.all(processes.map(serversOf)))
  } finally {
    for (const process of processes) process.disconnect()
  }
}
load.disconnect()

async function serversOf(process) {
  const { ports } = await answerOf(process)
  return Object.entries(ports).map(([name, port]) => ({
    name,
    process,
    port,
    scheme: schemeOf(name),
    requests,
  }))
}

function schemeOf(name) {
  return name.includes('bearer') ? 'Bearer ' : 'rest_api_key='
}

async function cpuOf({ process }) {
  process.send('cpu')
  const { microseconds } = await answerOf(process)
  return microseconds
}

/** CPU time of the process for one request to a server. */
async function measure(server) {
  const before = await cpuOf(server)
  load.send({ port: server.port, requests: server.requests, scheme: server.scheme })
  const { error } = await answerOf(load)
  if (error !== undefined) throw new Error(`${framework}, ${server.name}: ${error}`)
  return ((await cpuOf(server)) - before) / server.requests
}

/** Rounds with the servers of one generation: each server once, and the bare one of its process before and after. */
async function compare(processes) {
  for (const server of processes.flat()) {
    for (let warmUp = 0; warmUp < warmUps; warmUp++) {
      const microseconds = await measure(server)
      // Only what still takes long when it is compiled gets fewer.
      server.requests = Math.min(requests, Math.max(16, Math.round((measuredMs * 1_000) / microseconds)))
    }
  }
  const endsAt = performance.now() + (seconds * 1_000) / generations
  const before = new Map()
  for (let round = 0; round < rounds / generations && performance.now() < endsAt; round++) {
    for (const servers of processes) await roundOf(servers, before)
  }
}

/** The bare one not after each server: what runs more often than the others finds more in the processor's caches. */
async function roundOf([bare, ...servers], before) {
  const first = before.get(bare) ?? (await measure(bare))
  const measured = new Map()
  for (const server of shuffled(servers)) measured.set(server.name, await measure(server))
  const last = await measure(bare)
  for (const { name, added } of others) {
    if (measured.has(name)) added.push(measured.get(name) - (first + last) / 2)
  }
  if (measured.has('control')) bares.push(last)
  before.set(bare, last)
}

const [control, minimum, own, ...peers] = others
const added = ({ added }) => quartilesOf(added).median
/** What two bare servers may seem to differ by: nothing smaller is told apart. */
const noise = Math.max(...intervalOf(control.added).map(Math.abs))

/** How far our server is above so many times what another one adds, round by round; no verdict where noise is greater. */
function comparison(what, other, { atMost, orNoise }) {
  const above = own.added.map((microseconds, round) => microseconds - atMost * other.added[round])
  const [low, high] = intervalOf(above)
  const { median } = quartilesOf(above)
  const doubt = Math.max(noise, (high - low) / 2)
  return {
    what: `${framework}: rest-api-key / ${what}`,
    figure: added(own) / added(other),
    unit: '×',
    atMost,
    verdict: verdictOf(median, doubt, orNoise),
  }
}

function verdictOf(above, doubt, orNoise) {
  if (above <= -doubt) return 'met'
  if (above > doubt) return '**missed**'
  return orNoise && above <= noise ? 'met, within the noise' : 'none: the noise is greater'
}

print([
  {
    what: `${framework}: bare, CPU time of a request`,
    figure: quartilesOf(bares).median,
    unit: 'µs',
    absolute: `${control.added.length} rounds`,
  },
  ...others.map((server) => ({
    what:
      server === control
        ? `control: ${framework}: another bare server`
        : `${framework}: added by ${nameOf(server)}`,
    figure: added(server),
    unit: 'µs',
    spread: intervalOf(server.added),
  })),
  comparison('a check by hand', minimum, { atMost: 2 }),
  ...peers.map((peer) => comparison(peer.name, peer, { atMost: 1, orNoise: true })),
])

function nameOf(server) {
  if (server === own) return 'rest-api-key'
  return server === minimum ? 'a check by hand' : server.name
}
