import type { Held } from './instance.js'
import type { Soaked } from './run-soak.js'

/** Since the first fifth, which is minute two of ten. */
const heapGrowth = 0.05
/** What comes and goes is not there each time. */
const lastParts = 3

/** What a soak must show, and whether it did. */
export function checksOf(soaked: Soaked): ReadonlyMap<string, boolean> {
  const { judged, held, cuts, losses, lastUsed } = soaked
  const { verdicts } = judged
  const noGrowth = (count: (held: Held) => number) =>
    held.every((parts) => Math.min(...parts.slice(-lastParts).map(count)) <= count(parts[0] as Held))
  const isFlat = held.every((parts) => {
    const [first, last] = [parts[0], parts.at(-1)] as [Held, Held]
    return last.heapBytes <= first.heapBytes * (1 + heapGrowth)
  })
  return new Map([
    ['requests were made', verdicts.right > 0],
    ['no wrong pass', verdicts['wrong pass'] === 0],
    ['no wrong refusal', verdicts['wrong refusal'] === 0],
    ['no request was answered with 503', verdicts.unavailable === 0],
    ['the feeds were lost when they were cut, and only then', losses.every((count) => count === cuts)],
    ['the heap is flat', isFlat],
    ['no handle is left', noGrowth(({ resources }) => sumOf(resources))],
    ['no client of the feed is left', held.every((parts) => parts.at(-1)?.feedClients === 1)],
    ['no listener on the client of the feed is left', noGrowth((one) => one.feedClientListeners)],
    ['no listener on a signal is left', noGrowth((one) => one.signalListeners)],
    ['no listener on the process is left', noGrowth((one) => one.processListeners)],
    ['every last use was written', lastUsed.known > 0 && lastUsed.unknown === 0],
  ])
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
