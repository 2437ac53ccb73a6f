import { type Context, Hono } from 'hono'
import type { ConsoleEnv } from '../console-env.js'
import { formContent } from '../form-content.js'
import { KeysPage } from '../pages/keys-page.js'
import { shortened } from '../pages/texts.js'
import { type Site, showPage } from '../site.js'

/** Rows of a page: pages stay small whatever is in them. */
const rows = 20

/** Long, without a blank, and neither a word nor the UUID of a user: somebody has pasted a Reference ID. */
const likeReferenceId = /^(?=.*(?:\d|[a-z][A-Z]))(?![\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$)[\w.~-]{20,}$/

/** The groups and their keys. */
export function listRoutes(site: Site): Hono<ConsoleEnv> {
  const { paths } = site
  const app = new Hono<ConsoleEnv>({ strict: false })

  async function show(c: Context<ConsoleEnv>, groupId: string | null) {
    const { keys: manager } = c.var
    const search = c.req.query('search') ?? ''
    const cursor = c.req.query('cursor') ?? null
    const groupsCursor = c.req.query('groups') ?? null
    const [group, groups, keys] = await Promise.all([
      groupId === null ? null : manager.getGroup(groupId),
      manager.listGroups({ limit: rows, cursor: groupsCursor }),
      manager.listKeys({ limit: rows, cursor, search, ...(groupId !== null && { groupId }) }),
    ])
    const page = (
      <KeysPage
        site={site}
        groups={groups}
        groupsCursor={groupsCursor}
        group={group}
        keys={keys}
        cursor={cursor}
        search={search}
        done={c.req.query('done')}
      />
    )
    return showPage(
      c,
      site,
      { title: shortened(group?.name ?? 'All keys', 100), section: 'keys', scripted: true },
      page,
    )
  }

  /** Sent, not put into an address by the browser: what is typed may be a Reference ID, and addresses are logged. */
  async function search(c: Context<ConsoleEnv>, groupId: string | null) {
    const text = ((await formContent(c.req.raw)).get('search') ?? '').trim()
    return c.redirect(
      paths.keysOf(groupId, likeReferenceId.test(text) ? { done: 'search-refused' } : { search: text }),
      303,
    )
  }

  app.get('/', (c) => show(c, null))
  app.get('/groups/:id', (c) => show(c, c.req.param('id')))
  app.post('/search', (c) => search(c, null))
  app.post('/groups/:id/search', (c) => search(c, c.req.param('id')))
  return app
}
