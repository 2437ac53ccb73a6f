import { type Context, Hono } from 'hono'
import type { Fault } from '../../errors.js'
import type { KeyEntry } from '../../management/key-entry.js'
import { choicesFor } from '../choices.js'
import type { ConsoleEnv } from '../console-env.js'
import { formContent } from '../form-content.js'
import { faultsOf, isConflict, versionIn } from '../form-faults.js'
import {
  changesOf,
  edited,
  faultsIn,
  type KeyDraft,
  keyDraftIn,
  keyDraftOf,
  maxShownIps,
} from '../key-draft.js'
import { ConfirmPage } from '../pages/confirm-page.js'
import { ConflictNotice } from '../pages/conflict-notice.js'
import { KeyForm } from '../pages/key-form.js'
import { KeyReference } from '../pages/key-reference.js'
import type { NoticeName } from '../pages/notice.js'
import { shortened } from '../pages/texts.js'
import { type Site, showPage } from '../site.js'

interface Shown {
  readonly faults?: readonly Fault[]
  readonly continued?: boolean
  /** Whether somebody else has saved meanwhile. */
  readonly conflict?: boolean
}

/** Editing, activating, deactivating and deleting keys. */
export function keyRoutes(site: Site): Hono<ConsoleEnv> {
  const { paths, directory } = site
  const app = new Hono<ConsoleEnv>()
  const doneIn = ({ groupId }: KeyEntry, name: NoticeName) => paths.keysOf(groupId, { done: name })

  async function editForm(c: Context<ConsoleEnv>, entry: KeyEntry, draft: KeyDraft, shown: Shown = {}) {
    const title = 'Edit API Key'
    const { faults = [], continued = false, conflict = false } = shown
    const form = (
      <KeyForm
        title={title}
        action={paths.key(entry.id)}
        back={paths.keysOf(entry.groupId)}
        draft={draft}
        choices={await choicesFor(directory, c.var.actor.tenantId, draft)}
        faults={faults}
        reference={<KeyReference paths={paths} entry={entry} />}
        entry={entry}
        notice={conflict && <ConflictNotice entry={entry} draft={draft} />}
        continued={continued}
      />
    )
    const status = conflict ? 409 : faults.length > 0 ? 422 : 200
    return showPage(c, site, { title, section: 'keys', scripted: true }, form, status)
  }

  function deleteForm(c: Context<ConsoleEnv>, entry: KeyEntry) {
    const { id, hint, description } = entry
    const title = 'Delete API Key'
    const form = (
      <ConfirmPage title={title} action={paths.deleteKey(id)} button="Delete Key" back={paths.key(id)}>
        <p>
          Delete the key <code>{hint}</code>
          {description !== null && (
            <>
              {' '}
              described as <bdi>{shortened(description, 200)}</bdi>
            </>
          )}
          ? Requests with it are refused from then on, and it cannot be brought back.
        </p>
      </ConfirmPage>
    )
    return showPage(c, site, { title, section: 'keys', scripted: true }, form)
  }

  app.get('/keys/:id', async (c) => {
    const entry = await c.var.keys.getKey(c.req.param('id'))
    return editForm(c, entry, keyDraftOf(entry))
  })

  app.post('/keys/:id', async (c) => {
    const { keys } = c.var
    const content = await formContent(c.req.raw)
    const entry = await keys.getKey(c.req.param('id'))
    const typed = keyDraftIn(content)
    const intent = content.get('intent') ?? 'save'
    if (intent !== 'save') {
      const { draft, faults } = edited(typed, intent)
      return editForm(c, entry, draft, { faults, continued: intent !== 'roles' })
    }
    const { allowedIps, ...others } = changesOf(typed)
    const changes = entry.allowedIps.length > maxShownIps ? others : { ...others, allowedIps }
    try {
      const saved = await keys.updateKey(entry.id, changes, { version: versionIn(typed.version) })
      return c.redirect(doneIn(saved, 'key-saved'), 303)
    } catch (error) {
      if (!isConflict(error)) return editForm(c, entry, typed, { faults: faultsIn(typed, faultsOf(error)) })
      const saved = await keys.getKey(entry.id)
      return editForm(c, saved, { ...typed, version: String(saved.version) }, { conflict: true })
    }
  })

  app.post('/keys/:id/activate', async (c) => {
    return c.redirect(doneIn(await c.var.keys.activateKey(c.req.param('id')), 'key-activated'), 303)
  })

  app.post('/keys/:id/deactivate', async (c) => {
    return c.redirect(doneIn(await c.var.keys.deactivateKey(c.req.param('id')), 'key-deactivated'), 303)
  })

  app.get('/keys/:id/delete', async (c) => deleteForm(c, await c.var.keys.getKey(c.req.param('id'))))

  app.post('/keys/:id/delete', async (c) => {
    const entry = await c.var.keys.getKey(c.req.param('id'))
    await c.var.keys.deleteKey(entry.id)
    return c.redirect(doneIn(entry, 'key-deleted'), 303)
  })

  return app
}
