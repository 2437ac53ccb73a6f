import { join } from 'node:path'
import { Application, Converter, Logger, LogLevel } from 'typedoc'
import configuration from '../../tsup.config.js'
import { linkedBy, tableOfContents } from './check-contents.js'
import type { Documentation } from './documentation.js'
import type { Page } from './page.js'

/** Types that callers never name: what they describe is written down or comes from elsewhere. */
const helpers = ['Connectable', 'NestAuthorizer', 'OptionalField', 'RawRequest', 'TenantOption']

/** Where the site is built unless told otherwise. */
export const site = '.tmp/site'

/**
 * Builds the guides and the reference as one static site, and returns what TypeDoc warns of, such as a public thing
 * without a comment. Properties need none: often their name and type say all there is to say.
 */
export async function buildSite(
  { root, pages }: Documentation,
  out = site,
  entryPoints = packageEntries(),
): Promise<readonly string[]> {
  const languages = pages.flatMap(({ blocks }) => blocks.map(({ language }) => language || 'text'))
  const app = await Application.bootstrap({
    name: 'rest-api-key',
    entryPoints: entryPoints.map((file) => join(root, file)),
    tsconfig: join(root, 'tsconfig.json'),
    readme: join(root, 'README.md'),
    projectDocuments: inOrder(pages).map((file) => join(root, file)),
    excludeExternals: true,
    disableSources: true,
    skipErrorChecking: true, // The type checker has seen all of it.
    searchInDocuments: true,
    highlightLanguages: [...new Set(['ts', ...languages])],
    requiredToBeDocumented: ['Class', 'Function', 'Interface', 'Method', 'TypeAlias', 'Variable'],
    intentionallyNotExported: helpers,
    validation: { notDocumented: true, notExported: true, invalidLink: true, invalidPath: true },
  })
  const logger = new Warnings()
  app.logger = logger

  const titles = new Map(pages.map(({ file, title }) => [join(root, file), title]))
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const file = document.project.files.getReflectionPath(document)
    document.name = titles.get(file ?? '') ?? document.name
  })

  const project = await app.convert()
  if (project !== undefined) {
    app.validate(project)
    await app.generateDocs(project, out)
  }
  return logger.messages
}

/** The sources of what the package exports, as they are built. */
function packageEntries(): string[] {
  const [library] = configuration as readonly { readonly entry: Readonly<Record<string, string>> }[]
  return Object.values(library?.entry ?? {})
}

/** The guides in the order in which their table of contents links them, and then the other documents. */
function inOrder(pages: readonly Page[]): string[] {
  const contents = pages.find(({ file }) => file === tableOfContents)
  const guides = contents === undefined ? [] : [contents.file, ...linkedBy(contents)]
  const files = new Set([...guides, ...pages.map(({ file }) => file)])
  return [...files].filter((file) => file !== 'README.md' && pages.some((page) => page.file === file))
}

class Warnings extends Logger {
  readonly messages: string[] = []

  override log(message: string, level: LogLevel): void {
    // A member of an anonymous type is shown with what has it, and its comment is that one's.
    if (level >= LogLevel.Warn && !message.includes('.__type.')) this.messages.push(message)
  }
}
