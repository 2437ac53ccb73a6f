import type { IncomingMessage } from 'node:http'
import type { Console } from './create-console.js'
import { maxBodyBytes } from './max-body-bytes.js'

/** A request as the frameworks over `node:http` have it. */
export interface NodeExchange<Native> {
  readonly incoming: IncomingMessage
  /** The target of the request as it was sent, whatever a router has cut off since. */
  readonly url: string
  /** What a parser has made of a body that it has read. */
  readonly body?: unknown
  readonly native: Native
}

/** What is to be written. */
export interface NodeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The console's answer, or `undefined` if the request is for something else of the application. */
export async function exchange<Native>(
  { basePath, fetch }: Console<Native>,
  { incoming, url, body, native }: NodeExchange<Native>,
): Promise<NodeAnswer | undefined> {
  if (!isBelow(basePath, url)) return undefined
  const method = incoming.method ?? 'GET'
  const headers = headersOf(incoming)
  const host = headers.get('host') ?? (incoming.headers[':authority'] as string | undefined)
  // Fetch knows no requests of such methods, and a host with a path or a user in it would make another URL of this one.
  if (/^(?:CONNECT|TRACE|TRACK)$/.test(method) || !/^[\w.:[\]-]+$/.test(host ?? '')) return badRequest
  const target = `http://${host}${url}`
  if (!URL.canParse(target)) return badRequest
  const content = method === 'GET' || method === 'HEAD' ? null : await contentOf(incoming, body)
  const response = await fetch(new Request(target, { method, headers, body: content }), native)
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  }
}

/** Whether a target is the console's: its own path, or one below it. */
export function isBelow(basePath: string, url: string): boolean {
  return url.startsWith(basePath) && /^[/?]|^$/.test(url.slice(basePath.length))
}

const badRequest: NodeAnswer = {
  status: 400,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: Buffer.from('Bad Request'),
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    // Those of HTTP/2 that are no fields.
    if (!name.startsWith(':')) headers.append(name, rawHeaders[i + 1] as string)
  }
  return headers
}

type Content = Buffer<ArrayBuffer> | string | URLSearchParams | null

async function contentOf(incoming: IncomingMessage, parsed: unknown): Promise<Content> {
  if (incoming.readableDidRead || incoming.readableEnded) return encoded(parsed, incoming)
  // The gate refuses it unread.
  if (Number(incoming.headers['content-length'] ?? 0) > maxBodyBytes) return null
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    // Of one that is too long, enough for the gate to see it; the rest is thrown away as it comes.
    if (size <= maxBodyBytes) chunks.push(chunk)
    size += chunk.length
  }
  return size === 0 ? null : Buffer.concat(chunks)
}

/** The body again, from what a parser has made of it. */
function encoded(parsed: unknown, { headers }: IncomingMessage): Content {
  if (parsed === undefined || parsed === null) return null
  if (typeof parsed === 'string') return parsed
  if (parsed instanceof Uint8Array) return Buffer.from(parsed)
  if (!/^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? ''))
    return JSON.stringify(parsed)
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(parsed)) {
    // Of a repeated field parsers make a list, or, of a long one, an object.
    for (const one of typeof value === 'object' && value !== null ? Object.values(value) : [value]) {
      form.append(name, String(one))
    }
  }
  return form
}
