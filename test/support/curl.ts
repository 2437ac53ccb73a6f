export interface CurlLine {
  /** The comment above it, which begins with the expected status. */
  readonly comment: string
  readonly status: number
  send(): Promise<Response>
}

/** The `curl` lines in a text, each as the request that it sends. Knows `-i`, `-H`, `-d` and `-X` only. */
export function curlLinesIn(text: string): CurlLine[] {
  return [...text.matchAll(/^# ((\d{3}): .+)\ncurl (.+)$/gm)].map(([, comment, status, words]) => ({
    comment: String(comment),
    status: Number(status),
    send: () => send(shellWords(String(words))),
  }))
}

function shellWords(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? String(bare))
}

function send(words: string[]): Promise<Response> {
  const headers = new Headers()
  let url = ''
  let method: string | undefined
  let body: string | undefined
  for (let i = 0; i < words.length; i++) {
    const word = String(words[i])
    if (word === '-i') continue
    if (word === '-H') {
      const [, name, value] = /^([^:]+): (.*)$/.exec(String(words[++i])) ?? []
      headers.append(String(name), String(value))
    } else if (word === '-X') method = String(words[++i])
    else if (word === '-d') body = String(words[++i])
    else if (word.startsWith('http:') && url === '') url = word
    else throw new Error(`What is "${word}"?`)
  }
  return fetch(url, { method: method ?? (body === undefined ? 'GET' : 'POST'), headers, body: body ?? null })
}
