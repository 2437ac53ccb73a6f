import { Hono } from 'hono'
import type { ConsoleEnv } from '../console-env.js'
import { HistoryPage } from '../pages/history-page.js'
import { type Site, showPage } from '../site.js'

const rows = 20

/** *History*: of a group, of a key, or of everything. */
export function historyRoutes(site: Site): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>({ strict: false })

  app.get('/', async (c) => {
    const [group, key, cursor] = [c.req.query('group'), c.req.query('key'), c.req.query('cursor')]
    const events = await c.var.keys.listAudit({
      limit: rows,
      ...(group !== undefined && { groupId: group }),
      ...(key !== undefined && { keyId: key }),
      ...(cursor !== undefined && { cursor }),
    })
    const title =
      key !== undefined ? 'History of an API key' : group !== undefined ? 'History of a key group' : 'History'
    const page = (
      <HistoryPage paths={site.paths} title={title} events={events} query={{ group, key }} cursor={cursor} />
    )
    return showPage(c, site, { title, section: 'history' }, page)
  })

  return app
}
