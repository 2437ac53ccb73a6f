import type { Context } from 'hono'
import { type Problem, titles } from '../api/problem.js'
import type { ConsoleEnv } from '../console-env.js'
import { type Site, showPage } from '../site.js'

/** The page in place of the one that was asked for. */
export function errorPage(
  c: Context<ConsoleEnv>,
  site: Site,
  { status, detail, headers = {} }: Problem,
): Response | Promise<Response> {
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
  const { paths, signInUrl } = site
  return showPage(
    c,
    site,
    { title: titles[status] },
    <>
      <h1>{titles[status]}</h1>
      <p>{detail}</p>
      {c.var.actor !== undefined && (
        <p>
          <a href={paths.home}>To the API keys</a>
        </p>
      )}
      {status === 401 && signInUrl !== undefined && (
        <p>
          <a href={signInUrl}>Sign in</a>
        </p>
      )}
    </>,
    status,
  )
}
