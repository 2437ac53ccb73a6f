import { existsSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import type { Documentation, Finding, Outcome } from './documentation.js'
import type { Link } from './page.js'

/**
 * Every link leads somewhere: to a file of the repository, and to a heading of it if there is a `#`. Nothing is fetched; a
 * link to elsewhere must be a whole https address.
 */
export function checkLinks(documentation: Documentation): Outcome {
  const links = documentation.pages.flatMap((page) => page.links)
  const findings = links.flatMap((link): Finding[] => {
    const message = faultOf(link, documentation)
    return message === undefined ? [] : [{ file: link.file, line: link.line, message }]
  })
  return { checked: links.length, findings }
}

function faultOf({ file, target }: Link, { root, pages }: Documentation): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(target)) return foreignFault(target)
  const [path = '', anchor] = decodeURI(target).split('#')
  const found = path === '' ? file : posix.join(posix.dirname(file), path)
  const page = pages.find((one) => one.file === found)
  if (page === undefined) {
    const where = posix.join(root, found)
    if (found.startsWith('..') || !existsSync(where)) return `${target} is no file`
    // A forge shows folders, the site has none.
    if (statSync(where).isDirectory()) return `${target} is a folder`
  }
  return anchor === undefined || page?.anchors.has(anchor) ? undefined : `${target} is no heading of ${found}`
}

function foreignFault(target: string): string | undefined {
  const isWhole = URL.canParse(target) && /^https:\/\/[a-z\d-]+(\.[a-z\d-]+)+(\/|$)/.test(target)
  return isWhole ? undefined : `${target} is no https address`
}
