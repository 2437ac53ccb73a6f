import type { Context } from 'hono'
import { type Problem, titles } from '../api/problem.js'
import type { ConsoleEnv } from '../console-env.js'
import type { ConsoleConfig } from '../console-options.js'

export function errorPage(
  c: Context<ConsoleEnv>,
  { status, detail }: Problem,
  { signInUrl }: ConsoleConfig,
): Response | Promise<Response> {
  return c.html(
    <html lang="en">
      <body>
        <h1>{titles[status]}</h1>
        <p>{detail}</p>
        {status === 401 && signInUrl !== undefined && <a href={signInUrl}>Sign in</a>}
      </body>
    </html>,
    status,
  )
}
