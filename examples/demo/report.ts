import type { DemoRequest } from './scenario.js'

export interface Report {
  readonly asExpected: boolean
  readonly table: string
}

/** Sends each request to every server, one request after the other, and compares the answers with what was expected. */
export async function report(
  requests: readonly DemoRequest[],
  urls: Readonly<Record<string, string>>,
): Promise<Report> {
  const rows = [['request', 'expected', ...Object.keys(urls)]]
  let asExpected = true
  for (const request of requests) {
    await request.before?.()
    const outcomes = await Promise.all(Object.values(urls).map((url) => send(request, url)))
    asExpected &&= outcomes.every((outcome) => outcome === request.expected)
    const cells = outcomes.map((outcome) =>
      outcome === request.expected ? `${outcome.slice(0, 3)} ✓` : `${outcome} ✗`,
    )
    rows.push([request.name, request.expected, ...cells])
  }
  return { asExpected, table: aligned(rows) }
}

async function send(request: DemoRequest, url: string): Promise<string> {
  const { authorization, tenant = 'acme', method = 'GET', path = '/incidents' } = request
  const headers = { 'x-tenant': tenant, ...(authorization && { authorization }) }
  const response = await fetch(`${url}${path}`, { method, headers })
  const [, code] = /"code":"(\w+)"/.exec(await response.text()) ?? []
  return code === undefined ? `${response.status}` : `${response.status} ${code}`
}

function aligned([titles = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), title.length),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [titles, widths.map((width) => '─'.repeat(width)), ...rows].map(line).join('\n')
}
