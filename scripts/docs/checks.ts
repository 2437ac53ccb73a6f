import { checkCommands } from './check-commands.js'
import { checkContents } from './check-contents.js'
import { checkData } from './check-data.js'
import { checkImports } from './check-imports.js'
import { checkLinks } from './check-links.js'
import { checkNamedTests } from './check-named-tests.js'
import type { Documentation, Outcome } from './documentation.js'

/** The checks that take little time, by what they look at. */
export const quickChecks: Readonly<Record<string, (documentation: Documentation) => Outcome>> = {
  'table of contents': checkContents,
  links: checkLinks,
  'imported paths': checkImports,
  commands: checkCommands,
  'other blocks': checkData,
  'named tests': checkNamedTests,
}
