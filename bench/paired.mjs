/**
 * Measures candidates against the first of them, the baseline. Every round runs each candidate once, in random order,
 * and a ratio compares measurements of one round: what slows the machine down for a while slows both. Rounds are short,
 * a millisecond or less, so that most of them are not interrupted; the medians drop those that are.
 *
 * A candidate is `{ name, call }`: `call(index)`, with an index below `indexes`, resolves to what must be truthy. First the
 * baseline is measured against itself; this is the control, whose ratio says how far to trust the others. It has rounds of
 * its own: in the same rounds the baseline would run twice, and find twice as much of its data in the processor's caches.
 */
export async function paired([baseline, ...others], { rounds, callsPerRound, indexes }) {
  const settings = { rounds, callsPerRound, next: sequenceOf(indexes) }
  const [, control] = await inRounds([baseline, { ...baseline, name: 'control' }], settings)
  const [first, ...rest] = await inRounds([baseline, ...others], settings)
  return [first, control, ...rest]
}

async function inRounds(given, { rounds, callsPerRound, next }) {
  const candidates = given.map((candidate) => ({ ...candidate, run: loopOf(candidate), times: [] }))
  for (let warmUp = 0; warmUp < 5; warmUp++) {
    for (const candidate of candidates) await nanoseconds(candidate, callsPerRound, next)
  }
  for (let round = 0; round < rounds; round++) {
    for (const candidate of shuffled(candidates)) {
      candidate.times.push(await nanoseconds(candidate, callsPerRound, next))
    }
  }
  return candidates.map(({ name, times }) => ({
    name,
    nanoseconds: quartilesOf(times).median,
    ratio: quartilesOf(times.map((time, round) => time / candidates[0].times[round])),
  }))
}

/** Not in turns: whoever always ran after the same one would find what that one left in the processor's caches. */
export function shuffled(candidates) {
  const order = [...candidates]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    ;[order[last], order[other]] = [order[other], order[last]]
  }
  return order
}

export function quartilesOf(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part) => sorted[Math.floor((sorted.length - 1) * part)]
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}

/** Where the median lies with a probability of 95 %, whatever the values are distributed like. */
export function intervalOf(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const reach = 0.98 * Math.sqrt(sorted.length)
  const at = (rank) => sorted[Math.min(Math.max(Math.round(rank), 0), sorted.length - 1)]
  return [at((sorted.length - 1) / 2 - reach), at((sorted.length - 1) / 2 + reach)]
}

async function nanoseconds({ name, run }, calls, next) {
  const order = Array.from({ length: calls }, next)
  const startedAt = process.hrtime.bigint()
  const done = await run(order)
  const elapsed = Number(process.hrtime.bigint() - startedAt)
  if (done !== calls)
    throw new Error(`${name}: ${calls - done} of ${calls} calls did not do what they should`)
  return elapsed / calls
}

/** A loop compiled for one candidate alone: what the calls of another one look like does not matter to it. */
function loopOf({ call }) {
  const body = `
    let done = 0
    for (const index of order) if (await call(index)) done++
    return done`
  const AsyncFunction = (async () => {}).constructor
  const loop = new AsyncFunction('call', 'order', body)
  return (order) => loop(call, order)
}

/** Numbers below `count` in an order that neither repeats soon nor can be guessed by the processor. */
function sequenceOf(count) {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
}
