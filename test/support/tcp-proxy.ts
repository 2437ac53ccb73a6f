import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between a client and a server, to lose a connection at a chosen moment. */
export interface TcpProxy {
  readonly port: number
  /** Loses the connection instead of the server's answer to the next thing sent that contains this text. */
  loseAnswerTo(text: string): void
  close(): void
}

export async function tcpProxy(target: URL): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let awaited: string | undefined
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let isDoomed = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (sent) => {
      if (awaited !== undefined && sent.includes(awaited)) {
        awaited = undefined
        isDoomed = true
      }
      upstream.write(sent)
    })
    upstream.on('data', (answer) => {
      if (isDoomed) client.destroy()
      else client.write(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswerTo(text) {
      awaited = text
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
