import { type Context, Hono } from 'hono'
import type { Fault } from '../../errors.js'
import { choicesFor, preselected } from '../choices.js'
import type { ConsoleEnv } from '../console-env.js'
import { formContent } from '../form-content.js'
import { faultsOf } from '../form-faults.js'
import { changesOf, edited, faultsIn, type KeyDraft, keyDraftIn, newKeyDraft } from '../key-draft.js'
import { OneTimeForms } from '../one-time-forms.js'
import { CreatedKeyPage } from '../pages/created-key-page.js'
import { KeyForm } from '../pages/key-form.js'
import { SavedBeforePage } from '../pages/saved-before-page.js'
import { type Site, showPage } from '../site.js'

interface Shown {
  readonly faults?: readonly Fault[]
  readonly continued?: boolean
}

/** Adding a key, and the one showing of its Reference ID. */
export function newKeyRoutes(site: Site): Hono<ConsoleEnv> {
  const { paths, directory } = site
  const app = new Hono<ConsoleEnv>()
  const forms = new OneTimeForms()

  async function newForm(
    c: Context<ConsoleEnv>,
    groupId: string,
    draft: KeyDraft,
    formId: string,
    shown: Shown = {},
  ) {
    const title = 'New API Key'
    const { faults = [], continued = false } = shown
    const form = (
      <KeyForm
        title={title}
        action={paths.newKey(groupId)}
        back={paths.keysOf(groupId)}
        draft={draft}
        choices={await choicesFor(directory, c.var.actor.tenantId, draft)}
        faults={faults}
        reference={<p class="hint">Generated when the key is saved. It is shown once, on the next page.</p>}
        formId={formId}
        continued={continued}
      />
    )
    return showPage(c, site, { title, section: 'keys', scripted: true }, form, faults.length > 0 ? 422 : 200)
  }

  app.get('/groups/:groupId/keys/new', async (c) => {
    const { id } = await c.var.keys.getGroup(c.req.param('groupId'))
    return newForm(c, id, { ...newKeyDraft, ...(await preselected(directory, c.var.actor)) }, forms.issue())
  })

  app.post('/groups/:groupId/keys/new', async (c) => {
    const groupId = c.req.param('groupId')
    const content = await formContent(c.req.raw)
    const formId = content.get('form') ?? ''
    const typed = keyDraftIn(content)
    const intent = content.get('intent') ?? 'save'
    if (intent !== 'save') {
      const { draft, faults } = edited(typed, intent)
      return newForm(c, groupId, draft, formId, { faults, continued: intent !== 'roles' })
    }
    try {
      const created = await forms.once(formId, () => c.var.keys.createKey({ groupId, ...changesOf(typed) }))
      const title = created === undefined ? 'API Key saved before' : 'API Key saved'
      const page =
        created === undefined ? (
          <SavedBeforePage paths={paths} groupId={groupId} />
        ) : (
          <CreatedKeyPage paths={paths} created={created} groupId={groupId} />
        )
      return showPage(
        c,
        site,
        { title, section: 'keys', scripted: true },
        page,
        created === undefined ? 409 : 200,
      )
    } catch (error) {
      const faults = faultsIn(typed, faultsOf(error))
      return newForm(c, groupId, typed, formId, { faults })
    }
  })

  return app
}
