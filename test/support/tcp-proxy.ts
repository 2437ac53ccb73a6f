import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between a client and a server, to do what networks do. */
export interface TcpProxy {
  readonly port: number
  /** How many clients are connected. */
  readonly connections: number
  /** Loses the connection instead of the server's answer to the next thing sent that contains this text. */
  loseAnswerTo(text: string): void
  /** Ends every connection that there is. */
  cut(): void
  /**
   * Takes connections and all that is sent, until told otherwise, and passes nothing on. A connection that has lost
   * something stays dumb.
   */
  swallow(isSwallowing: boolean): void
  close(): void
}

export async function tcpProxy(target: URL): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const clients = new Set<Socket>()
  let awaited: string | undefined
  let isSwallowing = false
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let isDoomed = false
    let isDumb = false
    clients.add(client)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        clients.delete(client)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (sent) => {
      isDumb ||= isSwallowing
      if (isDumb) return
      if (awaited !== undefined && sent.includes(awaited)) {
        awaited = undefined
        isDoomed = true
      }
      upstream.write(sent)
    })
    upstream.on('data', (answer) => {
      isDumb ||= isSwallowing
      if (isDumb) return
      if (isDoomed) client.destroy()
      else client.write(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return clients.size
    },
    loseAnswerTo(text) {
      awaited = text
    },
    cut() {
      for (const client of clients) client.destroy()
    },
    swallow(swallowing) {
      isSwallowing = swallowing
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
