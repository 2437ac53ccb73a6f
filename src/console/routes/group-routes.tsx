import { type Context, Hono } from 'hono'
import type { Fault } from '../../errors.js'
import { isRestApiKeyError } from '../../errors.js'
import type { KeyGroup } from '../../management/key-group.js'
import type { ConsoleEnv } from '../console-env.js'
import { formContent } from '../form-content.js'
import { faultsOf, isConflict, versionIn } from '../form-faults.js'
import { ConfirmPage } from '../pages/confirm-page.js'
import { type GroupDraft, GroupForm, groupDraftIn, groupDraftOf } from '../pages/group-form.js'
import type { NoticeName } from '../pages/notice.js'
import { type Site, showPage } from '../site.js'

/** Adding, editing and deleting key groups. */
export function groupRoutes(site: Site): Hono<ConsoleEnv> {
  const { paths } = site
  const app = new Hono<ConsoleEnv>()
  const done = (groupId: string | null, name: NoticeName) => paths.keysOf(groupId, { done: name })

  function newForm(c: Context<ConsoleEnv>, draft: GroupDraft, faults: readonly Fault[] = []) {
    const title = 'New API Group'
    const form = (
      <GroupForm title={title} action={paths.newGroup} back={paths.home} draft={draft} faults={faults} />
    )
    return showPage(c, site, { title, section: 'keys', scripted: true }, form, faults.length > 0 ? 422 : 200)
  }

  function editForm(
    c: Context<ConsoleEnv>,
    { id }: Pick<KeyGroup, 'id'>,
    draft: GroupDraft,
    { faults = [], saved }: { readonly faults?: readonly Fault[]; readonly saved?: KeyGroup } = {},
  ) {
    const title = 'Edit Key Group'
    const form = (
      <GroupForm
        title={title}
        action={paths.editGroup(id)}
        back={paths.keysOf(id)}
        draft={draft}
        faults={faults}
        {...(saved && { saved })}
      />
    )
    const status = saved ? 409 : faults.length > 0 ? 422 : 200
    return showPage(c, site, { title, section: 'keys', scripted: true }, form, status)
  }

  function deleteForm(c: Context<ConsoleEnv>, { id, name }: KeyGroup, refused?: string) {
    const title = 'Delete Key Group'
    const form = (
      <ConfirmPage
        title={title}
        action={paths.deleteGroup(id)}
        button={title}
        back={paths.keysOf(id)}
        {...(refused !== undefined && { refused })}
      >
        <p>
          Delete the key group <bdi>{name}</bdi>? It must have no keys.
        </p>
      </ConfirmPage>
    )
    return showPage(
      c,
      site,
      { title, section: 'keys', scripted: true },
      form,
      refused === undefined ? 200 : 409,
    )
  }

  app.get('/new', (c) => newForm(c, { name: '', description: '', version: '' }))

  app.post('/new', async (c) => {
    const draft = groupDraftIn(await formContent(c.req.raw))
    try {
      const { id } = await c.var.keys.createGroup(inputOf(draft))
      return c.redirect(done(id, 'group-saved'), 303)
    } catch (error) {
      return newForm(c, draft, faultsOf(error))
    }
  })

  app.get('/:id/edit', async (c) => {
    const group = await c.var.keys.getGroup(c.req.param('id'))
    return editForm(c, group, groupDraftOf(group))
  })

  app.post('/:id/edit', async (c) => {
    const id = c.req.param('id')
    const draft = groupDraftIn(await formContent(c.req.raw))
    try {
      await c.var.keys.updateGroup(id, inputOf(draft), { version: versionIn(draft.version) })
      return c.redirect(done(id, 'group-saved'), 303)
    } catch (error) {
      if (!isConflict(error)) return editForm(c, { id }, draft, { faults: faultsOf(error) })
      const saved = await c.var.keys.getGroup(id)
      return editForm(c, saved, { ...draft, version: String(saved.version) }, { saved })
    }
  })

  app.get('/:id/delete', async (c) => deleteForm(c, await c.var.keys.getGroup(c.req.param('id'))))

  app.post('/:id/delete', async (c) => {
    const group = await c.var.keys.getGroup(c.req.param('id'))
    try {
      await c.var.keys.deleteGroup(group.id)
      return c.redirect(done(null, 'group-deleted'), 303)
    } catch (error) {
      if (!isRestApiKeyError(error) || error.code !== 'group_not_empty') throw error
      return deleteForm(c, group, `${error.message}.`)
    }
  })

  return app
}

function inputOf({ name, description }: GroupDraft) {
  return { name: name.trim(), description: description || null }
}
