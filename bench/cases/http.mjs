// What checking a key adds to the CPU time of a server, for each request, beside a check by hand and other packages.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { quartilesOf } from '../paired.mjs'
import { print, settings } from '../rows.mjs'

const { framework, rounds } = settings({ rounds: 40 })
const requests = 1_500
const warmUpRequests = 500
/** Of a server that takes long, fewer requests are measured. */
const measuredMs = 200

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

const load = start('load', [])
const servers = await Promise.all(
  Object.keys(variants).map(async (name) => {
    const process = start('server', [framework, name])
    const { port } = await answerOf(process)
    return {
      name,
      process,
      port,
      scheme: name.includes('bearer') ? 'Bearer ' : 'rest_api_key=',
      requests,
      added: [],
    }
  }),
)
const [bare, ...others] = servers

async function cpuOf({ process }) {
  process.send('cpu')
  const { microseconds } = await answerOf(process)
  return microseconds
}

/** CPU time of the server for one request. */
async function measure(server) {
  const before = await cpuOf(server)
  load.send({ port: server.port, requests: server.requests, scheme: server.scheme })
  const { error } = await answerOf(load)
  if (error !== undefined) throw new Error(`${framework}, ${server.name}: ${error}`)
  return ((await cpuOf(server)) - before) / server.requests
}

const noise = []
const bares = []
try {
  for (const server of servers) {
    server.requests = warmUpRequests
    for (let warmUp = 0; warmUp < 10; warmUp++) {
      const microseconds = await measure(server)
      const affordable = Math.round((measuredMs * 1_000) / microseconds)
      // Only what still takes long when it is compiled gets fewer.
      server.requests = affordable < warmUpRequests / 2 ? Math.max(16, affordable) : requests
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const server of [...others].sort(() => Math.random() - 0.5)) {
      const before = await measure(bare)
      const own = await measure(server)
      const after = await measure(bare)
      server.added.push(own - (before + after) / 2)
      noise.push(after - before)
      bares.push(before)
    }
  }
} finally {
  for (const { process } of servers) process.disconnect()
  load.disconnect()
}

const added = ({ added }) => quartilesOf(added)
const row = (what, { low, median, high }) => ({ what, figure: median, unit: 'µs', spread: [low, high] })
const [minimum, own, ...peers] = others
const ratio = (what, one, other, target) => ({
  what,
  figure: added(one).median / added(other).median,
  unit: '×',
  ...target,
})
print([
  row(`${framework}: bare, CPU time of a request`, quartilesOf(bares)),
  row(`control: ${framework}: bare after bare`, quartilesOf(noise)),
  ...others.map((server) =>
    row(
      `${framework}: added by ${server === own ? 'rest-api-key' : server === minimum ? 'a check by hand' : server.name}`,
      added(server),
    ),
  ),
  ratio(`${framework}: rest-api-key / a check by hand`, own, minimum, { atMost: 2 }),
  ...peers.map((peer) => ratio(`${framework}: rest-api-key / ${peer.name}`, own, peer, { atMost: 1 })),
])
