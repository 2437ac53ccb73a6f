// Whether a tag may be released: it names the version of package.json, which has an entry with a date in CHANGELOG.md.
//
//     node scripts/release-check.mjs v1.2.3
import { readFileSync } from 'node:fs'

const [tag] = process.argv.slice(2)
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const changelog = readFileSync('CHANGELOG.md', 'utf8')
const heading = new RegExp(`^## \\[?${version.replaceAll('.', '\\.')}\\]? - \\d{4}-\\d{2}-\\d{2}$`, 'm')

const faults = [
  ...(tag === `v${version}` ? [] : [`The tag is ${tag}, the version of package.json ${version}`]),
  ...(heading.test(changelog) ? [] : [`CHANGELOG.md has no entry "## ${version} - YYYY-MM-DD"`]),
]
for (const fault of faults) console.error(fault)
if (faults.length === 0) console.log(`${version} may be released.`)
process.exitCode = faults.length === 0 ? 0 : 1
