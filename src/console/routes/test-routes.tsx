import { type Context, Hono } from 'hono'
import type { Authorizer } from '../../authorizer.js'
import type { Explanation } from '../../explanation.js'
import type { ExplainRequest } from '../../management/explain-key.js'
import type { KeyEntry } from '../../management/key-entry.js'
import type { TenantKeys } from '../../management/tenant-keys.js'
import type { ConsoleEnv } from '../console-env.js'
import { formContent } from '../form-content.js'
import { faultsOf } from '../form-faults.js'
import { type TestDraft, TestPage } from '../pages/test-page.js'
import { type Site, showPage } from '../site.js'

type Shown = Omit<Parameters<typeof TestPage>[0], 'paths' | 'draft'>

/** *Test a request*. What is typed is sent, never put into an address: it may be a Reference ID. */
export function testRoutes(site: Site): Hono<ConsoleEnv> {
  const { paths, authorizer } = site
  const app = new Hono<ConsoleEnv>({ strict: false })

  function show(c: Context<ConsoleEnv>, draft: TestDraft, shown: Shown) {
    const status = (shown.faults ?? []).length > 0 ? 422 : 200
    const page = <TestPage paths={paths} draft={draft} {...shown} />
    return showPage(c, site, { title: 'Test a request', section: 'test' }, page, status)
  }

  app.get('/', async (c) => {
    const id = c.req.query('key')
    const selected = id === undefined ? undefined : await c.var.keys.getKey(id)
    return show(c, { tenantId: c.var.actor.tenantId, ip: '', key: '' }, { selected })
  })

  app.post('/', async (c) => {
    const { keys } = c.var
    const form = await formContent(c.req.raw)
    const typed = (name: string) => (form.get(name) ?? '').trim()
    const [tenantId, ip, text, keyId] = [typed('tenantId'), typed('ip'), typed('key'), typed('keyId')]
    // Nothing that may be a Reference ID is shown again.
    const draft = { tenantId, ip, key: text.includes('…') ? text : '' }
    const request = { tenantId, ...(ip !== '' && { ip }) }
    try {
      if (keyId !== '') {
        const selected = await keys.getKey(keyId)
        return show(c, draft, { selected, explanation: await keys.explain({ ...request, keyId }) })
      }
      if (text === '')
        return show(c, draft, { faults: [{ field: 'key', message: '"key" must not be empty' }] })
      const [found, ...others] = likeHint(text) ? await keysWithHint(keys, text) : []
      if (found !== undefined && others.length > 0) return show(c, draft, { candidates: [found, ...others] })
      if (found !== undefined) {
        return show(c, draft, {
          selected: found,
          explanation: await keys.explain({ ...request, keyId: found.id }),
        })
      }
      const byReferenceId = { ...request, referenceId: text }
      const explanation = await keys.explain(byReferenceId)
      return show(c, draft, { explanation: await withCached(explanation, byReferenceId, authorizer) })
    } catch (error) {
      return show(c, draft, { faults: faultsOf(error) })
    }
  })

  return app
}

/** A hint has an ellipsis in it, and people know its last characters. */
function likeHint(text: string): boolean {
  return text.includes('…') || text.length <= 8
}

async function keysWithHint(keys: TenantKeys, text: string): Promise<readonly KeyEntry[]> {
  const { items } = await keys.listKeys({ search: text, limit: 20 })
  return items.filter(({ hint }) => hint.includes(text))
}

/** Only of a key that the tenant has: a cache knows those of others as well. */
async function withCached(
  explanation: Explanation,
  { referenceId, tenantId, ip }: ExplainRequest & { readonly referenceId: string },
  authorizer: Authorizer | undefined,
): Promise<Explanation> {
  if (authorizer === undefined || explanation.keyId === undefined) return explanation
  const { cached } = await authorizer.explain({
    headerLines: (name) => (name === 'authorization' ? [`rest_api_key=${referenceId}`] : []),
    tenantId,
    ip,
  })
  return { ...explanation, cached }
}
