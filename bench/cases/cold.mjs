// Keys that are not in the cache: look-ups through `authorize`, beside the raw driver's single-row query.
import { createAuthorizer } from 'rest-api-key'
import { idOf } from '../databases/ids.mjs'
import { mariadb } from '../databases/mariadb.mjs'
import { postgres } from '../databases/postgres.mjs'
import { redis } from '../databases/redis.mjs'
import { sqlite } from '../databases/sqlite.mjs'
import { clientIp, digestOf, tenantId } from '../keys.mjs'
import { quartilesOf } from '../paired.mjs'
import { print, settings } from '../rows.mjs'

const { keys, rounds, only } = settings({ keys: 1_000_000, rounds: 25 })
const databases = {
  PostgreSQL: { open: postgres, targets: { 64: { atLeast: 2 }, 1: { atLeast: 0.85 } } },
  MariaDB: { open: mariadb, targets: { 64: { atLeast: 2 } } },
  Redis: { open: redis, targets: { 64: { atLeast: 0.85 } } },
  SQLite: { open: sqlite, targets: {} },
}

/** Look-ups per second, so many of them under way at a time. */
async function throughput(look, inFlight, lookUps) {
  let left = lookUps
  const startedAt = performance.now()
  const worker = async () => {
    while (left-- > 0) {
      if (!(await look(Math.floor(Math.random() * keys)))) throw new Error('A key was not found')
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return lookUps / ((performance.now() - startedAt) / 1_000)
}

async function measure(name, { store, raw }, inFlight, target) {
  // Hardly anything is found in a cache of one entry.
  const authorizer = createAuthorizer({ store, cache: { maxEntries: 1 } })
  const candidates = {
    raw: (number) => raw(digestOf(idOf(number))),
    control: (number) => raw(digestOf(idOf(number))),
    async own(number) {
      const headerLines = () => [`rest_api_key=${idOf(number)}`]
      return (await authorizer.authorize({ headerLines, tenantId, ip: clientIp })).allowed
    },
  }
  const figures = { raw: [], control: [], own: [] }
  for (let round = -3; round < rounds; round++) {
    for (const candidate of Object.keys(candidates).sort(() => Math.random() - 0.5)) {
      const figure = await throughput(candidates[candidate], inFlight, inFlight * (inFlight === 1 ? 300 : 40))
      if (round >= 0) figures[candidate].push(figure)
    }
  }
  await authorizer.close()
  const row = (what, measured, more) => {
    const { low, median, high } = quartilesOf(measured.map((figure, round) => figure / figures.raw[round]))
    const perSecond = Math.round(quartilesOf(measured).median).toLocaleString('en')
    return {
      what,
      figure: median,
      unit: '×',
      spread: [low, high],
      absolute: `${perSecond} per second`,
      ...more,
    }
  }
  const what = `${name}, ${keys.toLocaleString('en')} keys, ${inFlight} in flight`
  return [
    row(`control: ${what}: the driver's single-row query`, figures.control, { isControl: true }),
    row(`${what}: authorize / the driver's single-row query`, figures.own, target),
  ]
}

const rows = []
for (const [name, { open, targets }] of Object.entries(databases)) {
  if (only !== undefined && only !== name) continue
  const database = await open(keys)
  try {
    for (const inFlight of [64, 1]) rows.push(...(await measure(name, database, inFlight, targets[inFlight])))
  } finally {
    await database.close()
  }
}
print(rows)
