/** What the header lines of a request say, by RFC 9112, section 5, read from the bytes. */
export interface RawHead {
  /** Nothing in it that a server may refuse or read in more than one way. */
  readonly isStrict: boolean
  /** Nothing in it that a server must refuse. */
  readonly isTolerable: boolean
  /** Whether nothing follows: what does is the next request, which may be refused before this one is answered. */
  readonly isAlone: boolean
  /** The values of the `Authorization` lines, without the blanks around them. */
  readonly authorization: readonly string[]
}

const tolerable = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*$/

/** @param text The bytes behind the request line, a character each, with the empty line at their end. */
export function readRawHead(text: string): RawHead {
  // A server may take a line feed alone for the end of a line; a carriage return alone is never one.
  const all = text.split(/\r?\n/)
  const lines = all.slice(0, all.indexOf(''))
  const isFolded = lines.some((line) => /^[ \t]/.test(line))
  const unfolded: string[] = []
  for (const line of lines) {
    if (/^[ \t]/.test(line) && unfolded.length > 0) unfolded.push(`${unfolded.pop()} ${line.slice(1)}`)
    else unfolded.push(line)
  }
  const isTolerable = unfolded.every((line) => tolerable.test(line))
  const hasOtherEnds = /(?<!\r)\n/.test(text.slice(0, text.indexOf('\r\n\r\n')))
  const isAlone = all.slice(all.indexOf('')).every((line) => line === '')
  const values = unfolded
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const)
    .filter(([name]) => name.toLowerCase() === 'authorization')
  return {
    isStrict: isTolerable && isAlone && !isFolded && !hasOtherEnds && text.length < 8_000,
    isTolerable,
    isAlone,
    authorization: values.map(([, value]) => value.replace(/^[ \t]+|[ \t]+$/g, '')),
  }
}
