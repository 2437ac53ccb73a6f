import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A port of each family of loopback addresses. */
export interface Ports {
  readonly ipv4: number
  readonly ipv6?: number
}

export const loopback = { ipv4: '127.0.0.1', ipv6: '::1' }

/** Listens with `node:http` on free ports. */
export async function nodeServers(listener: RequestListener): Promise<Ports> {
  const listen = (host: string) =>
    new Promise<number>((resolve, reject) => {
      const server = createServer(listener)
      server.on('error', reject)
      server.listen({ host, port: 0 }, () => resolve((server.address() as AddressInfo).port))
    })
  return { ipv4: await listen(loopback.ipv4), ipv6: await listen(loopback.ipv6) }
}

/** Where a server of the suite listens, which it prints as one line of JSON. */
export interface Listening {
  /** The runtime's own server of Fetch requests; behind a proxy that forwards addresses, on one port. */
  readonly fetch: Ports
  /** `node:http` and the adapter for it, if the runtime has that. */
  readonly node?: Ports
}

export function announce(listening: Listening): void {
  process.stdout.write(`${JSON.stringify(listening)}\n`)
}
