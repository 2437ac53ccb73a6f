/** The value of a `Vary` header (RFC 9110, section 12.5.5) with more names in it; neither is repeated. */
export function mergeVary(current: unknown, added: string): string {
  const present = typeof current === 'string' ? current : Array.isArray(current) ? current.join(', ') : ''
  if (present === '' || present === added) return added
  if (added === '') return present
  const names = namesIn(present)
  if (names.includes('*')) return '*'
  const lowerCase = names.map((name) => name.toLowerCase())
  return [...names, ...namesIn(added).filter((name) => !lowerCase.includes(name.toLowerCase()))].join(', ')
}

function namesIn(vary: string): string[] {
  return vary
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
