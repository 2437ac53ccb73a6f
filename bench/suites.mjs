const heap = ['--max-old-space-size=6144']
/** So that nothing is collected while allocations are counted. */
const counting = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256']

/** What is run, in order. Without `full`, the parts that need neither servers nor peers, at a size that takes a minute. */
export function suites(full) {
  const rounds = `--rounds=${full ? 1_500 : 400}`
  const inProcess = {
    title: 'In process, cached keys',
    cases: [
      { file: 'cached', args: ['--keys=10000', '--atMost=1.5', rounds] },
      ...(full ? [{ file: 'cached', args: ['--keys=1000000', '--atMost=1.4', rounds], flags: heap }] : []),
      { file: 'rules', args: ['--rules=10000', '--atMost=1.2', rounds] },
      { file: 'refusals', args: ['--atMost=1.2', rounds] },
      { file: 'options', args: [rounds] },
      { file: 'allocation', args: ['--atMost=400'], flags: counting },
      {
        file: 'memory',
        args: [`--keys=${full ? 1_000_000 : 130_000}`, '--atMost=450'],
        flags: ['--expose-gc', ...heap],
      },
      ...(full ? [{ file: 'scaling', args: ['--most=100000'], flags: heap }] : []),
    ],
  }
  if (!full) return [inProcess]
  return [
    inProcess,
    {
      title: 'Cold look-ups',
      cases: ['PostgreSQL', 'MariaDB', 'Redis', 'SQLite'].map((name) => ({
        file: 'cold',
        args: [`--only=${name}`],
        flags: heap,
      })),
    },
    {
      title: 'Over HTTP',
      needsPeers: true,
      cases: ['express', 'koa', 'fastify', 'hono'].map((name) => ({
        file: 'http',
        args: [`--framework=${name}`],
      })),
    },
    {
      title: 'Other systems, in process',
      needsPeers: true,
      cases: [1_000, 100_000].map((keys) => ({
        file: 'systems',
        args: [`--keys=${keys}`, `--rounds=${keys > 1_000 ? 10 : 60}`],
        flags: heap,
      })),
    },
  ]
}
