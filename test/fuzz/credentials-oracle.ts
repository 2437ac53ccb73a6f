/** What lines of headers ask for, read once more and in another way than the library does. */
export type Reading = { readonly referenceId: string } | 'missing' | 'malformed'

export type FormatName = 'rest_api_key' | 'bearer' | 'x-api-key'

const letters = 'abcdefghijklmnopqrstuvwxyz'
const idCharacters = new Set(`${letters}${letters.toUpperCase()}0123456789-._~`)
const tokenCharacters = new Set(`${letters}${letters.toUpperCase()}0123456789!#$%&'*+-.^_\`|~`)

/** The reading of all `Authorization` and `X-Api-Key` lines under the formats that are accepted. */
export function readingOf(
  formats: readonly FormatName[],
  lines: { readonly authorization: readonly string[]; readonly 'x-api-key': readonly string[] },
): Reading {
  const schemes = formats.filter((name) => name !== 'x-api-key')
  const readings: Reading[] = []
  if (schemes.length > 0) readings.push(ofAuthorization(schemes, lines.authorization))
  if (schemes.length < formats.length) readings.push(ofKeyHeader(lines['x-api-key']))
  const told = readings.filter((reading) => reading !== 'missing')
  return told.length > 1 ? 'malformed' : (told[0] ?? 'missing')
}

function ofKeyHeader(lines: readonly string[]): Reading {
  const value = single(lines)
  if (typeof value !== 'string') return value.outcome
  return isId(value) ? { referenceId: value } : 'malformed'
}

function ofAuthorization(schemes: readonly FormatName[], lines: readonly string[]): Reading {
  const value = single(lines)
  if (typeof value !== 'string') return value.outcome
  const [scheme = '', ...rest] = value.split(/(?<=^rest_api_key=|^bearer )/i)
  const name = lowered(scheme).slice(0, -1)
  if (schemes.some((known) => known === name) && isId(rest.join(''))) return { referenceId: rest.join('') }
  // Every part, because two lines may have been joined with a comma.
  const parts = value.split(',').map((_, index, all) => unpadded(all.slice(index).join(',')))
  if (parts.some((part) => schemes.some((known) => isMeantFor(known, part)))) return 'malformed'
  const [token = ''] = value.split(' ')
  return token !== '' && [...token].every((character) => tokenCharacters.has(character))
    ? 'missing'
    : 'malformed'
}

function isMeantFor(scheme: FormatName, value: string): boolean {
  if (!lowered(value).startsWith(scheme)) return false
  return scheme === 'rest_api_key' || !tokenCharacters.has(value[scheme.length] ?? ' ')
}

/** The one value that is there, or what it means that there is none or there are several. */
function single(lines: readonly string[]): string | { readonly outcome: 'missing' | 'malformed' } {
  if (lines.length > 1) return { outcome: 'malformed' }
  const value = unpadded(lines[0] ?? '')
  return value === '' ? { outcome: 'missing' } : value
}

function unpadded(value: string): string {
  const characters = [...value]
  const isInk = (character: string) => character !== ' ' && character !== '\t'
  const first = characters.findIndex(isInk)
  return first === -1 ? '' : characters.slice(first, characters.findLastIndex(isInk) + 1).join('')
}

function isId(text: string): boolean {
  return text.length >= 1 && text.length <= 256 && [...text].every((character) => idCharacters.has(character))
}

/** ASCII letters only. */
function lowered(text: string): string {
  return [...text]
    .map((character) => (character <= 'Z' && character >= 'A' ? character.toLowerCase() : character))
    .join('')
}
