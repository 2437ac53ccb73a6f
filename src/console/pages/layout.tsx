import type { PropsWithChildren } from 'hono/jsx'
import type { Actor } from '../../management/actor.js'
import { assets } from '../assets/assets.js'
import type { Site } from '../site.js'

export interface PageHead {
  readonly title: string
  readonly section?: 'keys' | 'test' | 'history'
  /** Whether it has something to do for the script. */
  readonly scripted?: boolean
}

type Props = PropsWithChildren<{
  readonly site: Site
  readonly head: PageHead
  /** Nobody on a page that refuses who has not signed in. */
  readonly actor: Actor | undefined
}>

/** What is around the content of each page. */
export function Layout({ site: { paths }, head, actor, children }: Props) {
  const { title, section, scripted = false } = head
  const current = (name: PageHead['section']) => (name === section ? ('page' as const) : undefined)
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} - API Keys</title>
        {actor && <link rel="stylesheet" href={paths.asset(assets.styleSheet.name)} />}
        {scripted && <script src={paths.asset(assets.script.name)} defer></script>}
      </head>
      <body>
        {actor && (
          <header>
            <a class="skip" href="#content">
              Skip to the content
            </a>
            <nav class="trail" aria-label="Breadcrumb">
              <ol>
                <li>Configure</li>
                <li>Security Controls</li>
                <li>
                  <a href={paths.home}>API Keys</a>
                </li>
              </ol>
            </nav>
            <nav class="sections" aria-label="Sections">
              <a href={paths.home} aria-current={current('keys')}>
                Keys
              </a>
              <a href={paths.test} aria-current={current('test')}>
                Test a request
              </a>
              <a href={paths.history} aria-current={current('history')}>
                History
              </a>
            </nav>
            <p class="actor">
              <bdi>{actor.userId}</bdi>
              {actor.role && (
                <>
                  {' as '}
                  <bdi>{actor.role}</bdi>
                </>
              )}
              {' in '}
              <strong>
                <bdi>{actor.tenantId}</bdi>
              </strong>
            </p>
          </header>
        )}
        <main id="content">{children}</main>
      </body>
    </html>
  )
}
