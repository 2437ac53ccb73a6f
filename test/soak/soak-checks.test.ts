import { describe, expect, it } from 'vitest'
import type { Held } from './instance.js'
import type { Soaked } from './run-soak.js'
import { checksOf } from './soak-checks.js'

const held: Held = {
  heapBytes: 1_000,
  resources: { TCPSocketWrap: 2, Timeout: 1 },
  feedClients: 1,
  feedClientListeners: 2,
  signalListeners: 2,
  processListeners: 11,
}

function soaked(last: Partial<Held>, more: Partial<Soaked> = {}): Soaked {
  const verdicts = { right: 1, 'wrong pass': 0, 'wrong refusal': 0, unavailable: 0 }
  const parts = Array.from({ length: 5 }, (_, part) => (part < 2 ? held : { ...held, ...last }))
  return {
    judged: { answers: new Map(), verdicts, wrong: [] },
    changes: new Map(),
    cuts: 10,
    losses: [10],
    held: [parts],
    errors: [],
    lastUsed: { known: 1, unknown: 0 },
    ...more,
  }
}

const failed = (one: Soaked) => [...checksOf(one)].filter(([, isMet]) => !isMet).map(([check]) => check)

describe('the checks of the soak', () => {
  it('pass a process that holds at the end what it held at the beginning', () => {
    expect(failed(soaked({ heapBytes: 1_050 }))).toEqual([])
  })

  it.each<[Partial<Held>, string]>([
    [{ heapBytes: 1_051 }, 'the heap is flat'],
    [{ resources: { TCPSocketWrap: 3, Timeout: 1 } }, 'no handle is left'],
    [{ feedClients: 2 }, 'no client of the feed is left'],
    [{ feedClientListeners: 3 }, 'no listener on the client of the feed is left'],
    [{ signalListeners: 3 }, 'no listener on a signal is left'],
    [{ processListeners: 12 }, 'no listener on the process is left'],
  ])('fail one that holds %o', (last, check) => {
    expect(failed(soaked(last))).toEqual([check])
  })

  it.each<[Partial<Soaked>, string]>([
    [{ losses: [11] }, 'the feeds were lost when they were cut, and only then'],
    [{ lastUsed: { known: 5, unknown: 1 } }, 'every last use was written'],
    [
      {
        judged: {
          answers: new Map(),
          verdicts: { right: 1, 'wrong pass': 1, 'wrong refusal': 0, unavailable: 0 },
          wrong: [],
        },
      },
      'no wrong pass',
    ],
  ])('fail a run with %o', (more, check) => {
    expect(failed(soaked({}, more))).toEqual([check])
  })
})
