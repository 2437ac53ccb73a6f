import type { TenantKeys } from 'rest-api-key/management'
import { elsewhere } from './application.js'
import type { Fault } from './fault.js'

const ofServer = { ofNetwork: false, lookUps: 'fail', writes: 'fail', takesWrites: false } as const
const ofNetwork = { ofNetwork: true, lookUps: 'fail', writes: 'fail', takesWrites: true } as const

export const faults: readonly Fault[] = [
  {
    ...ofServer,
    id: 'stopped',
    title: 'server stopped',
    begin: ({ sandbox }) => sandbox.stop(),
    end: ({ sandbox }) => sandbox.restart(),
  },
  {
    ...ofServer,
    id: 'hangs',
    title: 'server hangs (SIGSTOP)',
    begin: async ({ sandbox }) => sandbox.pause(),
    end: async ({ sandbox }) => sandbox.resume(),
  },
  {
    ...ofServer,
    id: 'restarted',
    title: 'server killed (SIGKILL) and restarted',
    lookUps: 'are interrupted',
    writes: 'may work',
    begin: ({ sandbox }) => sandbox.crash(),
    end: ({ sandbox }) => sandbox.restart(),
  },
  {
    ...ofServer,
    id: 'disconnected',
    title: 'connections killed by the server',
    lookUps: 'are interrupted',
    writes: 'may work',
    takesWrites: true,
    begin: ({ backend, url }) => backend.killConnections(url),
    end: async () => {},
  },
  {
    ...ofNetwork,
    id: 'refused',
    title: 'network cut: connections reset and refused',
    begin: ({ proxy }) => proxy.cut(),
    end: ({ proxy }) => proxy.heal(),
  },
  {
    ...ofNetwork,
    id: 'swallowed',
    title: 'network cut: bytes lost in silence',
    begin: async ({ proxy }) => proxy.swallow(),
    end: ({ proxy }) => proxy.heal(),
  },
  {
    ...ofNetwork,
    id: 'slow',
    title: 'network slow: answers late by 5 s',
    begin: async ({ proxy, timing }) => proxy.delay(timing.slowMs),
    end: ({ proxy }) => proxy.heal(),
  },
  {
    ...ofServer,
    id: 'read-only',
    title: 'server takes no writes',
    lookUps: 'work',
    begin: ({ backend, url }) => backend.setReadOnly(url, true),
    end: ({ backend, url }) => backend.setReadOnly(url, false),
  },
  {
    ...ofServer,
    id: 'disk-full',
    title: 'disk full',
    lookUps: 'work',
    // What fits into what a file has already is written.
    writes: 'may work',
    async begin(stage) {
      await stage.disk?.fill()
      await elsewhere(stage.backend, stage.appUrl, stage.timing, createUntilFull)
    },
    end: async ({ disk }) => disk?.free(),
  },
]

async function createUntilFull(keys: TenantKeys): Promise<void> {
  const { items } = await keys.listGroups()
  const groupId = items[0]?.id ?? ''
  for (let count = 0; count < 1_000; count++) {
    const error = await keys.createKey({ groupId, description: 'x'.repeat(1_000) }).catch((error) => error)
    if (error instanceof Error) return
  }
  throw new Error('The disk is not full')
}
