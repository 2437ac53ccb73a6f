import { freePorts } from '../../scripts/services/free-ports.js'
import { install } from '../../scripts/services/install.js'
import { Sandbox } from '../../scripts/services/sandbox.js'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.js'
import type { Backend } from './backend.js'
import { runEpisode } from './episode.js'
import type { Fault } from './fault.js'
import { SmallDisk } from './small-disk.js'
import type { Timing } from './timing.js'
import { type Cells, judge } from './verdict/judge.js'

/** What came of one fault at one backend. */
export interface Result {
  readonly backend: Backend
  /** Of the server. */
  readonly version: string
  readonly fault: Fault
  /** For how long the machine kept the process from running, at most at a time. */
  readonly stalledMs: number
  readonly cells: Cells
}

export interface MatrixOptions {
  readonly backends: readonly Backend[]
  readonly faults: readonly Fault[]
  readonly timing: Timing
  /** Whether the servers keep their data on small disks. */
  readonly onSmallDisks?: boolean
  onResult?(result: Result): void
}

/** Does every fault to every backend: to each backend one after the other, to the backends at the same time. */
export async function runMatrix(options: MatrixOptions): Promise<Result[]> {
  const { backends, faults, timing, onSmallDisks = false, onResult } = options
  const { signal } = new AbortController()
  const missing = backends.map(({ service }) => service).filter((service) => !service.isInstalled())
  if (missing.length > 0) await install(missing, signal)

  async function runColumn(backend: Backend): Promise<Result[]> {
    const { service, settings } = backend
    const disk = onSmallDisks ? new SmallDisk() : undefined
    const sandbox = new Sandbox(service, signal, disk?.folder)
    const destroy = () => {
      sandbox.destroy()
      disk?.remove()
    }
    process.on('exit', destroy)
    let proxy: TcpProxy | undefined
    try {
      const url = await service.start(sandbox, await freePorts(service.ports), settings)
      const appUrl = await backend.prepare(url)
      proxy = await tcpProxy(new URL(url))
      const version = await backend.version(url)
      const results: Result[] = []
      for (const fault of faults) {
        const episode = await runEpisode(fault, { backend, sandbox, disk, url, appUrl, proxy, timing })
        const { stalledMs } = episode
        const result = { backend, version, fault, stalledMs, cells: judge(episode, timing) }
        results.push(result)
        onResult?.(result)
      }
      return results
    } finally {
      proxy?.close()
      await sandbox.close()
      disk?.remove()
      process.off('exit', destroy)
    }
  }

  const columns = await Promise.allSettled(backends.map(runColumn))
  return columns.flatMap((column) => {
    if (column.status === 'rejected') throw column.reason
    return column.value
  })
}
