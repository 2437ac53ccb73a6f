import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { Problem } from './api/problem.js'
import type { ConsoleEnv } from './console-env.js'
import type { ConsoleConfig } from './console-options.js'
import { type ConsolePaths, consolePaths } from './console-paths.js'
import { Layout, type PageHead } from './pages/layout.js'

/** What every page needs to know of the console it belongs to. */
export interface Site extends ConsoleConfig {
  readonly paths: ConsolePaths
}

export function siteOf(config: ConsoleConfig): Site {
  return Object.freeze({ ...config, paths: consolePaths(config.basePath) })
}

/** A whole page around its content. */
export function showPage(
  c: Context<ConsoleEnv>,
  site: Site,
  head: PageHead,
  content: Child,
  status: 200 | Problem['status'] = 200,
): Response | Promise<Response> {
  const page = (
    <Layout site={site} head={head} actor={c.var.actor}>
      {content}
    </Layout>
  )
  return c.html(html`<!doctype html>${page}`, status)
}
