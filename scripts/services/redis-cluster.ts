import { ask, isRedisInstalled, startNode } from './redis.js'
import type { Service } from './service.js'

/** The first slot of each node, and behind the last one. */
const slots = [0, 5_461, 10_923, 16_384]

export const redisCluster: Service = {
  name: 'cluster',
  variable: 'TEST_REDIS_CLUSTER_URLS',
  packages: ['redis-server'],
  // Each node has one for its clients and one for the others.
  ports: 6,
  stopSignal: 'SIGTERM',

  isInstalled: isRedisInstalled,

  async start(sandbox, ports) {
    const nodes = ports.slice(0, 3)
    const bus = ports.slice(3)
    await Promise.all(
      nodes.map((port, index) =>
        startNode(
          sandbox,
          port,
          ...['--cluster-enabled', 'yes', '--cluster-port', `${bus[index]}`],
          ...['--cluster-config-file', `nodes-${port}.conf`],
        ),
      ),
    )
    await Promise.all(
      nodes.map(async (port, index) => {
        const [from, behind] = slots.slice(index) as [number, number]
        await ask(sandbox, port, 'CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${behind - 1}`)
        await ask(sandbox, port, 'CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
      }),
    )
    for (const index of [1, 2]) {
      await ask(
        sandbox,
        nodes[0] as number,
        'CLUSTER',
        'MEET',
        '127.0.0.1',
        `${nodes[index]}`,
        `${bus[index]}`,
      )
    }
    const isJoined = async (port: number) => {
      const info = await ask(sandbox, port, 'CLUSTER', 'INFO')
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')
    }
    await sandbox.until(async () => (await Promise.all(nodes.map(isJoined))).every(Boolean))
    return nodes.map((port) => `redis://127.0.0.1:${port}`).join(',')
  },
}
