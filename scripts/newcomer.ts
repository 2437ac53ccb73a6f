/**
 * Walks through docs/getting-started.md in an empty folder, with the packed tarball and what npm installs, and writes into
 * it what was printed and how long each step took.
 *
 *     npm run newcomer
 */
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { withOutputs } from '../test/guide/blocks.js'
import { walk } from '../test/guide/guide.js'
import { packPackage } from '../test/package/packed.js'
import { machine } from './revocation-results.js'
import { freePorts } from './services/free-ports.js'
import { writeResults } from './write-results.js'

const guide = 'docs/getting-started.md'
const markdown = readFileSync(guide, 'utf8')

const packed = await packPackage()
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'rest-api-key-newcomer-'))
try {
  copyFileSync(packed.tarball, join(folder, basename(packed.tarball)))
  const [port] = await freePorts(1)
  const outcomes = await walk(markdown, { folder, port: port as number })

  writeFileSync(
    guide,
    withOutputs(markdown, new Map(outcomes.map(({ command, printed }) => [command, printed]))),
  )
  const steps = [...new Set(outcomes.map(({ step }) => step))]
  const seconds = (of: typeof outcomes) => of.reduce((sum, { durationMs }) => sum + durationMs / 1_000, 0)
  const rows = steps.map((step) => {
    const took = seconds(outcomes.filter((outcome) => outcome.step === step))
    return `| ${step} | ${took.toFixed(1)} s |`
  })
  const table = ['| step | its commands ran for |', '| --- | --- |', ...rows].join('\n')
  const summary = `${outcomes.length} commands, ${seconds(outcomes).toFixed(1)} s in all (${machine()})`
  writeResults(guide, 'npm run newcomer', `${table}\n\n${summary}. Reading and typing come on top.`)
  console.log(`${table}\n\n${summary}`)
} finally {
  packed.remove()
  rmSync(folder, { recursive: true })
}
