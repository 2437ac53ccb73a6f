import type { Documentation, Finding, Outcome } from './documentation.js'
import type { Block } from './page.js'

/** What else a block can be: each is looked at as far as that can be done without running it. */
const faults: Readonly<Record<string, (code: string) => string | undefined>> = {
  json: jsonFault,
  http: httpFault,
  sql: sqlFault,
}

/** Checked elsewhere, or a text for people. */
const others = ['ts', 'sh', 'text', 'nginx', 'csv', '']

/** Every block has a language that is checked, and is what it says it is. */
export function checkData({ pages }: Documentation): Outcome {
  const blocks = pages.flatMap((page) => page.blocks).filter(({ language }) => !others.includes(language))
  return { checked: blocks.length, findings: blocks.flatMap(findingsIn) }
}

function findingsIn({ file, line, language, code }: Block): Finding[] {
  const faultIn = faults[language]
  const message = faultIn === undefined ? `nothing checks blocks of ${language}` : faultIn(code)
  return message === undefined ? [] : [{ file, line, message }]
}

function jsonFault(code: string): string | undefined {
  try {
    JSON.parse(code)
    return undefined
  } catch (error) {
    return `no JSON: ${(error as Error).message}`
  }
}

/** A request or a response: its first line, its header lines, and a body that is JSON if the header says so. */
function httpFault(code: string): string | undefined {
  const [head = '', ...body] = code.trimEnd().split('\n\n')
  const [first = '', ...lines] = head.split('\n')
  if (!/^(HTTP\/1\.1 [1-5]\d\d [A-Z][\w ]+|[A-Z]+ \/\S* HTTP\/1\.1)$/.test(first))
    return `no first line of HTTP: ${first}`
  const wrong = lines.find((line) => !/^[!#$%&'*+.^_`|~\w-]+: \S.*$/.test(line))
  if (wrong !== undefined) return `no header line: ${wrong}`
  const isJson = lines.some((line) => /^content-type: \S*json/i.test(line))
  return isJson ? jsonFault(body.join('\n\n')) : undefined
}

/** Statements that begin as such and end; what is between dollars is the body of a function. */
function sqlFault(code: string): string | undefined {
  const statements = code
    .replaceAll(/\$(\w*)\$.*?\$\1\$/gs, "''")
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
  if (statements.at(-1) !== '') return 'a statement has no end'
  const wrong = statements.find(
    (one) => one !== '' && !/^(alter|create|delete|drop|grant|insert|select|set|update)\b/i.test(one),
  )
  return wrong && `no statement: ${wrong}`
}
