/** The value of a `Vary` header (RFC 9110, section 12.5.5) with more names in it; none is repeated. */
export function mergeVary(current: unknown, added: string): string {
  if (!current || current === added) return added
  if (added === '' && typeof current === 'string') return current
  const names = new Map<string, string>()
  for (const part of [current, added].flat().join().split(',')) {
    const name = part.trim()
    const lowerCase = name.toLowerCase()
    if (name !== '' && !names.has(lowerCase)) names.set(lowerCase, name)
  }
  return names.has('*') ? '*' : [...names.values()].join(', ')
}
