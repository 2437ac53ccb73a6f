import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A request as it goes over the wire. */
export interface RawRequestParts {
  /** Default `GET`. */
  readonly method?: string | undefined
  /** Default `/whoami`. */
  readonly target?: string | undefined
  /** Header lines without their line ends, in order. A `Host` line is put in front unless there is one. */
  readonly lines?: readonly string[] | undefined
  /** Announced by a `Content-Length` line, and as plain text unless a line says otherwise. */
  readonly body?: string | undefined
}

/** A response as it came over the wire. */
export interface RawResponse {
  readonly statusLine: string
  readonly status: number
  /** Names as they were sent, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** Every byte of it. */
  readonly bytes: string
  /** The lines of one header, joined with a comma; `undefined` if there is none. */
  header(name: string): string | undefined
}

export function headOf({ method = 'GET', target = '/whoami', lines = [], body }: RawRequestParts): string {
  const isGiven = (name: string) => lines.some((line) => line.toLowerCase().startsWith(`${name}:`))
  const host = isGiven('host') ? [] : ['Host: acme.api.example.com']
  const type = body === undefined || isGiven('content-type') ? [] : ['Content-Type: text/plain']
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`]
  return [`${method} ${target} HTTP/1.1`, ...host, ...lines, ...type, ...length, '', ''].join('\r\n')
}

/** An HTTP/1.1 client that sends exactly the bytes it is told, one request after the other on one connection. */
export class RawConnection {
  readonly socket: Socket
  #received = ''
  #ended = false
  #wake = () => {}

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      this.#received += chunk
      this.#wake()
    })
    socket.on('close', () => {
      this.#ended = true
      this.#wake()
    })
    socket.on('error', () => {})
  }

  /**
   * @param at A port or the path of a Unix socket.
   * @param host The address of the port.
   * @param from The address of the loopback interface that it connects from. Default: the system's choice.
   */
  static async open(
    at: number | string,
    { host = '127.0.0.1', from }: { readonly host?: string; readonly from?: string | undefined } = {},
  ): Promise<RawConnection> {
    const source = from === undefined ? {} : { localAddress: from }
    const socket = typeof at === 'number' ? connect({ port: at, host, ...source }) : connect(at)
    await once(socket, 'connect')
    socket.setNoDelay(true)
    return new RawConnection(socket)
  }

  write(text: string): void {
    this.socket.write(text, 'latin1')
  }

  async request(parts: RawRequestParts): Promise<RawResponse> {
    this.write(headOf(parts) + (parts.body ?? ''))
    return this.response(parts.method)
  }

  /** The next response; to `HEAD` there is never a body, whatever the headers announce. */
  async response(method = 'GET'): Promise<RawResponse> {
    const head = await this.#take(() => this.#received.indexOf('\r\n\r\n') + 4, 4)
    const [statusLine = '', ...lines] = head.slice(0, -4).split('\r\n')
    const headers = lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
    })
    const header = (name: string) => {
      const values = headers.filter(([candidate]) => candidate.toLowerCase() === name)
      return values.length === 0 ? undefined : values.map(([, value]) => value).join(', ')
    }
    const status = Number(statusLine.split(' ')[1])
    const bodiless = method === 'HEAD' || status === 204 || status === 304
    const body = bodiless ? '' : await this.#body(header)
    return { statusLine, status, headers, body, bytes: head + body, header }
  }

  close(): void {
    this.socket.destroy()
  }

  async #body(header: (name: string) => string | undefined): Promise<string> {
    if (header('transfer-encoding') === 'chunked') return this.#chunks()
    const length = Number(header('content-length') ?? 0)
    return length === 0 ? '' : this.#take(() => length)
  }

  async #chunks(): Promise<string> {
    let body = ''
    for (;;) {
      const line = await this.#take(() => this.#received.indexOf('\r\n') + 2, 2)
      const size = Number.parseInt(line, 16)
      const chunk = await this.#take(() => size + 2)
      if (size === 0) return body
      body += chunk.slice(0, -2)
    }
  }

  /** The next bytes, as many as `length` says once there are enough of them; less than `least` is not yet known. */
  async #take(length: () => number, least = 1): Promise<string> {
    for (;;) {
      const wanted = length()
      if (wanted >= least && this.#received.length >= wanted) {
        const taken = this.#received.slice(0, wanted)
        this.#received = this.#received.slice(wanted)
        return taken
      }
      if (this.#ended) throw new Error(`The connection ended after ${JSON.stringify(this.#received)}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

/** One request on a connection of its own. */
export async function exchange(at: number | string, parts: RawRequestParts): Promise<RawResponse> {
  const connection = await RawConnection.open(at)
  try {
    return await connection.request(parts)
  } finally {
    connection.close()
  }
}
