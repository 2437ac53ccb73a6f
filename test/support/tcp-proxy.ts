import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Stands between a client and a server, to lose a connection at a chosen moment or to be a network that fails. */
export interface TcpProxy {
  readonly port: number
  /** How many clients are connected. */
  readonly connections: number
  /** Loses the connection instead of the server's answer to the next thing sent that contains this text. */
  loseAnswerTo(text: string): void
  /** Resets every connection and refuses new ones. */
  cut(): Promise<void>
  /** Loses every byte without a word, in connections that are open and in new ones. */
  swallow(): void
  /** Lets every answer of the server wait so long. */
  delay(ms: number): void
  /** Is a good network again. A connection that has lost bytes stays silent: something on its way has forgotten it. */
  heal(): Promise<void>
  close(): void
}

export async function tcpProxy(target: URL): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const clients = new Set<Socket>()
  const silencing = new Set<() => void>()
  let awaited: string | undefined
  let isSwallowing = false
  let delayMs = 0

  function register(socket: Socket, onClose: () => void): void {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      onClose()
    })
  }

  const server = createServer((client) => {
    clients.add(client.on('close', () => clients.delete(client)))
    if (isSwallowing) {
      register(client.resume(), () => {})
      return
    }
    const upstream = connect(Number(target.port), target.hostname)
    let isDoomed = false
    let isSilent = false
    let delayed = Promise.resolve()
    const silence = () => {
      isSilent = true
    }
    silencing.add(silence)
    register(client, () => {
      silencing.delete(silence)
      upstream.destroy()
    })
    register(upstream, () => {
      if (!isSilent) delayed.then(() => client.destroy())
    })
    client.on('data', (sent) => {
      if (isSilent) return
      if (awaited !== undefined && sent.includes(awaited)) {
        awaited = undefined
        isDoomed = true
      }
      upstream.write(sent)
    })
    upstream.on('data', (answer) => {
      if (isDoomed) client.destroy()
      else delayed = passOn(answer, performance.now() + delayMs, delayed)
    })

    /** Behind the earlier ones, however long those have to wait. */
    async function passOn(answer: Buffer, dueAtMs: number, earlier: Promise<void>): Promise<void> {
      await earlier
      const restMs = dueAtMs - performance.now()
      if (restMs > 0) await pause(restMs, undefined, { ref: false })
      if (!isSilent) client.write(answer)
    }
  })

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    get connections() {
      return clients.size
    },
    loseAnswerTo(text) {
      awaited = text
    },
    async cut() {
      const closed = once(server.close(), 'close')
      for (const socket of sockets) socket.resetAndDestroy()
      await closed
    },
    swallow() {
      isSwallowing = true
      for (const silence of silencing) silence()
    },
    delay(ms) {
      delayMs = ms
    },
    async heal() {
      isSwallowing = false
      delayMs = 0
      if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening')
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
