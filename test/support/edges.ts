/** A header line. */
export type Line = readonly [name: string, value: string]

/** What an edge makes of the lines that it was sent, and of the client that it sees. */
export type Edge = (sent: readonly Line[], client: string) => readonly Line[]

/** Appends the client to one list, to which it joins whatever was there. */
export const appends =
  (name: string): Edge =>
  (sent, client) => [...others(sent, [name]), [name, [...valuesOf(sent, name), client].join(', ')]]

/** Appends a line with the client, and leaves the others as they are. */
export const adds =
  (name: string): Edge =>
  (sent, client) => [...sent, [name, client]]

/** Writes the client alone, whatever was there. */
export const overwrites =
  (...names: readonly string[]): Edge =>
  (sent, client) => [...others(sent, names), ...names.map((name) => [name, client] as const)]

/** Takes the lines away. */
export const removes =
  (...names: readonly string[]): Edge =>
  (sent) =>
    others(sent, names)

/** Hands on what it was sent. */
export const preserves: Edge = (sent) => sent

/** Does all of it. */
export const both =
  (...edges: readonly Edge[]): Edge =>
  (sent, client) =>
    edges.reduce((lines, edge) => edge(lines, client), sent)

/** Adds the client's port, as load balancers write it. */
export const withPort =
  (edge: Edge, port: number): Edge =>
  (sent, client) =>
    edge(sent, client.includes(':') ? `[${client}]:${port}` : `${client}:${port}`)

function valuesOf(lines: readonly Line[], name: string): string[] {
  return lines.filter((line) => isNamed(line, [name])).map(([, value]) => value)
}

function others(lines: readonly Line[], names: readonly string[]): Line[] {
  return lines.filter((line) => !isNamed(line, names))
}

function isNamed([name]: Line, names: readonly string[]): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase())
}
