import { createServer, request } from 'node:http'
import { close, listen } from './http-api.js'

export interface RunningProxy {
  readonly at: number | string
  close(): Promise<void>
}

/** What a proxy makes of the `X-Forwarded-For` lines that it has received. */
export type Forwarding = (received: readonly string[]) => readonly string[]

/** A reverse proxy on 127.0.0.1 that hands everything on as it is, but for `X-Forwarded-For`, whose lines it puts last. */
export async function startProxy(to: number | string, forwarding: Forwarding): Promise<RunningProxy> {
  const server = createServer((req, res) => {
    const kept: string[] = []
    const received: string[] = []
    for (let i = 0; i < req.rawHeaders.length; i += 2) {
      const [name, value] = req.rawHeaders.slice(i) as [string, string]
      if (name.toLowerCase() === 'x-forwarded-for') received.push(value)
      else kept.push(name, value)
    }
    const headers = [...kept, ...forwarding(received).flatMap((line) => ['X-Forwarded-For', line])]
    const forwarded = request({
      host: '127.0.0.1',
      port: Number(to),
      method: req.method,
      path: req.url,
      headers,
    })
    forwarded.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 500, answer.rawHeaders)
      answer.pipe(res)
    })
    req.pipe(forwarded)
  })
  server.maxHeadersCount = 0
  return { at: await listen(server), close: () => close(server) }
}
