import { commentBlocks, type Documentation, type Outcome } from './documentation.js'

type Check = (documentation: Documentation) => Outcome | Promise<Outcome>

/** Runs checks, says what they find and how much they have looked at, and resolves to the number of findings. */
export async function runChecks(
  documentation: Documentation,
  checks: Readonly<Record<string, Check>>,
  log: (line: string) => void,
): Promise<number> {
  let passed = 0
  let failed = 0
  for (const [name, check] of Object.entries(checks)) {
    const { checked, findings } = await check(documentation)
    for (const { file, line, message } of findings) log(`${file}:${line}: ${message}`)
    log(`${name}: ${checked}, ${findings.length} wrong`)
    passed += checked - findings.length
    failed += findings.length
  }
  const { pages } = documentation
  const blocks = commentBlocks(documentation).length + pages.flatMap((page) => page.blocks).length
  const links = pages.flatMap((page) => page.links).length
  log(`${pages.length} pages, ${blocks} blocks, ${links} links; ${passed} passed, ${failed} failed`)
  return failed
}
