import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkCommands } from '../../scripts/docs/check-commands.js'
import { checkContents } from '../../scripts/docs/check-contents.js'
import { checkData } from '../../scripts/docs/check-data.js'
import { checkExamples } from '../../scripts/docs/check-examples.js'
import { checkImports } from '../../scripts/docs/check-imports.js'
import { checkLinks } from '../../scripts/docs/check-links.js'
import { checkNamedTests } from '../../scripts/docs/check-named-tests.js'
import { checkSite } from '../../scripts/docs/check-site.js'
import { type Documentation, readDocumentation } from '../../scripts/docs/documentation.js'
import { parsePage } from '../../scripts/docs/page.js'
import { runChecks } from '../../scripts/docs/run-checks.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const fence = '```'

/** Pages that stand in `docs/` of this repository, as far as the checks know. */
function written(text: string, other = ''): Documentation {
  const pages = [parsePage('docs/a.md', text), parsePage('docs/tenants.md', other)]
  return { root: repository, pages, sources: [] }
}

const block = (language: string, code: string) => `# A\n\n${fence}${language}\n${code}\n${fence}\n`

describe('rot that is found', () => {
  const rotten = [
    ['a link to a file that is not there', checkLinks, '[a](gone.md)', 'gone.md is no file'],
    ['an image that is not there', checkLinks, '![a](images/gone.png)', 'images/gone.png is no file'],
    ['a link to a folder', checkLinks, '[a](../examples)', '../examples is a folder'],
    ['a link out of the repository', checkLinks, '[a](../../a.md)', '../../a.md is no file'],
    ['an anchor without a heading', checkLinks, '# A\n\n[a](#b)', '#b is no heading of docs/a.md'],
    [
      'an anchor of another page',
      checkLinks,
      '[a](tenants.md#gone)',
      'tenants.md#gone is no heading of docs/tenants.md',
    ],
    [
      'an address without TLS',
      checkLinks,
      '[a](http://example.com/)',
      'http://example.com/ is no https address',
    ],
    ['an address that is broken', checkLinks, '[a](https://example)', 'https://example is no https address'],
    [
      'an import that is not exported',
      checkImports,
      block('ts', "import 'rest-api-key/gone'"),
      'rest-api-key/gone is not in exports',
    ],
    [
      'an entry in the text',
      checkImports,
      '`rest-api-key/console/gone`',
      'rest-api-key/console/gone is not in exports',
    ],
    [
      'a block that does not compile',
      checkExamples,
      block('ts', "const a: number = 'a'"),
      "docs_a_md_4.ts:4: Type 'string'",
    ],
    [
      'a block with an unknown export',
      checkExamples,
      block('ts', "import { gone } from 'rest-api-key'"),
      "no exported member 'gone'",
    ],
    ['a script that is not there', checkCommands, block('sh', 'npm run gone'), 'npm run gone is no script'],
    ['the same within the text', checkCommands, '`npm run gone`', 'npm run gone is no script'],
    [
      'a file that is not there',
      checkCommands,
      '`node --import tsx scripts/gone.ts`',
      'scripts/gone.ts is no file',
    ],
    ['a block that no shell reads', checkCommands, block('sh', 'echo "a'), 'no shell can read it'],
    [
      'an unknown option',
      checkCommands,
      block('sh', 'npx rest-api-key keys list --gone'),
      "unknown option '--gone'",
    ],
    ['an unknown command', checkCommands, '`npx rest-api-key keys vanish ID`', "unknown command 'vanish'"],
    [
      'a missing option',
      checkCommands,
      block('sh', 'true\nnpx rest-api-key keys create'),
      "required option '--group <id>'",
    ],
    ['JSON that is none', checkData, block('json', '{ "a": 1, }'), 'no JSON'],
    ['a response that is none', checkData, block('http', 'HTTP/1.1 Unauthorized'), 'no first line of HTTP'],
    [
      'a header line that is none',
      checkData,
      block('http', 'HTTP/1.1 200 OK\ncontent type: a'),
      'no header line',
    ],
    [
      'a body that is no JSON',
      checkData,
      block('http', 'HTTP/1.1 200 OK\ncontent-type: application/json\n\n{'),
      'no JSON',
    ],
    ['a statement without an end', checkData, block('sql', 'select 1'), 'a statement has no end'],
    ['a statement that is none', checkData, block('sql', 'selekt 1;'), 'no statement'],
    ['a language that nothing checks', checkData, block('perl', 'die'), 'nothing checks blocks of perl'],
    [
      'a test that is not there',
      checkNamedTests,
      '- `test/unit/digest.test.ts`: `gone`',
      'has no test "gone"',
    ],
    [
      'a file of tests that is not there',
      checkNamedTests,
      '- `test/unit/gone.test.ts`: `a`',
      'has no test "a"',
    ],
  ] as const

  it.each(rotten)('%s', (_, check, text, message) => {
    const { findings } = check(written(text))
    expect(findings.map((finding) => finding.message)).toEqual([expect.stringContaining(message)])
    expect(findings[0]?.file).toBe('docs/a.md')
  })

  it('is told with the line', () => {
    const text = `# A\n\ntext\n\n${fence}sh\ntrue\nnpm run gone\n${fence}\n\n[a](gone.md)\n`
    const lines = [checkCommands, checkLinks].flatMap((check) => check(written(text)).findings)
    expect(lines.map(({ line }) => line)).toEqual([7, 10])
  })
})

it('a guide that the table of contents does not link is found', () => {
  const contents = parsePage('docs/index.md', '[a](a.md#b)')
  const { root, pages, sources } = written('# A\n\n## B\n')
  expect(checkContents({ root, sources, pages: [contents, ...pages] }).findings).toEqual([
    { file: 'docs/tenants.md', line: 1, message: 'docs/tenants.md is not linked by docs/index.md' },
  ])
})

it('what is right is let be', () => {
  const text = `# A b\n\n## C: \`d\`, (e)\n\n## C: \`d\`, (e)\n
[1](#a-b) [2](#c-d-e) [3](#c-d-e-1) [4](tenants.md#f) [5](https://example.com/a#b) ![6](images/console.png)
\`rest-api-key/express\`, \`npm run docs\`, \`npx rest-api-key keys list --json\`
- \`test/unit/digest.test.ts\`: \`there are 15 lists\`

${fence}http\nGET /a HTTP/1.1\nhost: example.com\n${fence}
${fence}sql\ncreate function a() as $$ begin; end $$; -- b\nselect 1;\n${fence}\n`
  const documentation = written(text, '# F\n')
  for (const check of [checkLinks, checkImports, checkCommands, checkData, checkNamedTests]) {
    const { checked, findings } = check(documentation)
    expect({ name: check.name, findings }).toEqual({ name: check.name, findings: [] })
    expect(checked, check.name).toBeGreaterThan(0)
  }
})

describe('the site', () => {
  const root = mkdtempSync(join(tmpdir(), 'rest-api-key-docs-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  beforeAll(() => {
    mkdirSync(join(root, 'docs'))
    const write = (file: string, text: string) => writeFileSync(join(root, file), text)
    write('README.md', '# Project\n\n[guide](docs/guide.md#part)\n')
    write('docs/guide.md', '# A guide\n\n## Part\n\n[back](../README.md) [`code`](#code)\n\n### `code`\n')
    write('index.ts', '/** The entry. @module rest-api-key */\nexport interface Bare { a: 1 }\n')
    write('tsconfig.json', '{ "files": ["index.ts"] }')
    write('package.json', '{ "name": "rest-api-key", "exports": { ".": {}, "./gone": {} } }')
  })

  it('shows public things without a comment, entries without a page and links that lead nowhere there', async () => {
    const { checked, findings } = await checkSite(readDocumentation(root), join(root, 'site'), ['index.ts'])
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining('intentionally not exported, but were either not referenced'),
      expect.stringContaining('Bare (Interface)'),
      '#code leads nowhere',
      expect.stringContaining('./gone has no page'),
    ])
    expect(checked).toBeGreaterThan(10)
  }, 60_000)
})

it('a run says what is wrong and where, and ends with the counts', async () => {
  const run = async (text: string) => {
    const lines: string[] = []
    const failed = await runChecks(written(text), { links: checkLinks }, (line) => lines.push(line))
    return { failed, lines }
  }
  expect(await run('[a](gone.md)\n\n[b](tenants.md)')).toEqual({
    failed: 1,
    lines: [
      'docs/a.md:1: gone.md is no file',
      'links: 2, 1 wrong',
      '2 pages, 0 blocks, 2 links; 1 passed, 1 failed',
    ],
  })
  expect(await run('[b](tenants.md)')).toEqual({
    failed: 0,
    lines: ['links: 1, 0 wrong', '2 pages, 0 blocks, 1 links; 1 passed, 0 failed'],
  })
})
