/** Builds guides and reference as a static site: `npm run docs`. */
import { buildSite, site } from './docs/build-site.js'
import { readDocumentation } from './docs/documentation.js'

const warnings = await buildSite(readDocumentation())
for (const warning of warnings) console.error(warning)
console.log(`${site}/index.html, ${warnings.length} warnings`)
process.exitCode = warnings.length === 0 ? 0 : 1
