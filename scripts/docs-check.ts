/** Checks all that is documented, and builds the site: `npm run docs:check`. Fetches nothing. */
import { checkExamples } from './docs/check-examples.js'
import { checkSite } from './docs/check-site.js'
import { quickChecks } from './docs/checks.js'
import { readDocumentation } from './docs/documentation.js'
import { runChecks } from './docs/run-checks.js'

const checks = { ...quickChecks, 'compiled blocks': checkExamples, site: checkSite }
const failed = await runChecks(readDocumentation(), checks, console.log)
process.exitCode = failed === 0 ? 0 : 1
