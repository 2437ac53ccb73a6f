import { authorizationFor, memoryStore, referenceIds } from 'rest-api-key'
import type { KeyRepository } from 'rest-api-key/management'
import { afterEach, describe, expect, it } from 'vitest'
import { actors, directory, openConsole, type TestConsole, valueIn, withKey } from './support.js'

const opened: TestConsole[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
})
async function open(options: Parameters<typeof openConsole>[0] = {}) {
  const one = await openConsole(options)
  opened.push(one)
  return one
}

/** Whether a request with the key is accepted now. */
async function isAccepted({ authorizer }: TestConsole, referenceId: string, ip?: string): Promise<boolean> {
  const headerLines = () => [authorizationFor(referenceId)]
  return (await authorizer.authorize({ headerLines, tenantId: 'acme', ip })).allowed
}

const referenceIdIn = (page: string) => /id="reference-id"[^>]* value="(\w+)"/.exec(page)?.[1] ?? ''

/** A form as it was served, to be sent with what has been typed. */
async function newKeyForm(one: TestConsole) {
  const { id } = await one.acme.createGroup({ name: 'Integrations' })
  const path = `/console/groups/${id}/keys/new`
  const { text } = await one.get(path)
  return { group: id, path, text, form: valueIn(text, 'form') ?? '' }
}

describe('the list of groups and keys', () => {
  it('shows the groups, and of the selected one the keys with what is known of them', async () => {
    const one = await open()
    const { group, key } = await withKey(one, {
      onBehalfOf: 'jdoe',
      inRole: 'Operator',
      allowedIps: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'],
    })
    await one.acme.createGroup({ name: 'Another' })
    const { text } = await one.get(`/console/groups/${group.id}`)
    for (const shown of [
      'Integrations',
      'Another',
      key.hint,
      'Activated',
      'Nightly import',
      'jdoe',
      'Operator',
    ]) {
      expect(text).toContain(shown)
    }
    expect(text).toContain('192.0.2.1, 192.0.2.2 and 2 more')
    expect(text).toContain('never')
    expect((await one.get('/console')).text).toContain(key.hint)
    expect((await one.get(`/console/groups/${group.id}`, 'ghost')).status).toBe(404)
  })

  it('shows deactivated and expired keys as such', async () => {
    const one = await open()
    await withKey(one, { activated: false })
    await withKey(one, { expiresAt: new Date('2020-01-01') })
    const { text } = await one.get('/console')
    expect(text).toContain('Deactivated')
    expect(text).toContain('Expired')
  })

  it('leads through every page, each key and each group once', async () => {
    const one = await open()
    const { group } = await withKey(one)
    for (let i = 0; i < 44; i++) await one.acme.createKey({ groupId: group.id })
    for (let i = 0; i < 30; i++) await one.acme.createGroup({ name: `Group ${i}` })
    const hints = (await one.acme.listKeys({ limit: 500 })).items.map(({ hint }) => hint)

    const found: string[] = []
    for (let next: string | undefined = `/console/groups/${group.id}`; next !== undefined; ) {
      const { text } = await one.get(next)
      found.push(...[...text.matchAll(/<code>(rak_…\w+)<\/code>/g)].map(([, hint]) => hint as string))
      next = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(found.sort()).toEqual([...hints].sort())

    const first = await one.get('/console')
    const more = /href="([^"]+)">More groups/.exec(first.text)?.[1] ?? ''
    const groupsOf = (text: string) => text.match(/\/console\/groups\/[\w-]{36}[?"]/g)?.length
    expect(groupsOf(first.text)).toBe(20)
    expect(groupsOf((await one.get(more.replaceAll('&amp;', '&'))).text)).toBe(11)
  })

  it('searches, and keeps what was searched for in the address', async () => {
    const one = await open()
    const { group, key } = await withKey(one)
    const other = await one.acme.createKey({ groupId: group.id, description: 'Status page' })
    for (const base of ['/console', `/console/groups/${group.id}`]) {
      const sent = await one.post(`${base}/search`, { search: ' status ' })
      expect([sent.status, sent.headers.get('location')]).toEqual([303, `${base}?search=status`])
      const { text } = await one.get(sent.headers.get('location') ?? '')
      expect([text.includes(other.key.hint), text.includes(key.hint)]).toEqual([true, false])
      expect((await one.get(`${base}?search=nothing`)).text).toContain('No key is found.')
    }
  })

  it('puts no Reference ID that somebody searches for into an address, a query or a page', async () => {
    const store = memoryStore()
    const asked: unknown[] = []
    const one = await open({
      repository: {
        ...store,
        listKeys(tenantId, query) {
          asked.push(query.search)
          return store.listKeys(tenantId, query)
        },
      },
    })
    const { referenceId } = await withKey(one)
    for (const id of [referenceId, '0123456789ABCDEF0123456789ABCDEF']) {
      const { headers } = await one.post('/console/search', { search: ` ${id}` })
      const location = headers.get('location') ?? ''
      expect(location).toBe('/console?done=search-refused')
      const { text } = await one.get(location)
      expect(text).toContain('looks like a Reference ID')
      expect(text).not.toContain(id)
    }
    expect(asked).toEqual([null, null])
    for (const search of ['Softwareentwicklungsabteilung', '5bfe1b5e-6a0b-4cd5-9cf8-1e7a2f0c9f7e']) {
      const { headers } = await one.post('/console/search', { search })
      expect(headers.get('location')).toBe(`/console?search=${search}`)
    }
  })
})

describe('the forms of key groups', () => {
  it('add, edit and delete a group', async () => {
    const one = await open()
    const form = await one.get('/console/groups/new')
    for (const label of ['New API Group', 'Name', 'Description', 'Save Key Group', 'Back']) {
      expect(form.text).toContain(label)
    }
    await one.post('/console/groups/new', { name: ' Integrations ', description: '' })
    const [group] = (await one.acme.listGroups()).items
    expect(group).toMatchObject({ name: 'Integrations', description: null })

    const edit = await one.get(`/console/groups/${group?.id}/edit`)
    const version = valueIn(edit.text, 'version') ?? ''
    const saved = await one.post(`/console/groups/${group?.id}/edit`, {
      name: 'Partners',
      description: 'x',
      version,
    })
    expect(saved.headers.get('location')).toBe(`/console/groups/${group?.id}?done=group-saved`)
    expect(await one.acme.getGroup(group?.id ?? '')).toMatchObject({ name: 'Partners', description: 'x' })

    expect((await one.get(`/console/groups/${group?.id}/delete`)).text).toContain('Partners')
    const deleted = await one.post(`/console/groups/${group?.id}/delete`)
    expect(deleted.headers.get('location')).toBe('/console?done=group-deleted')
    expect((await one.get('/console?done=group-deleted')).text).toContain('The key group has been deleted.')
    expect((await one.acme.listGroups()).items).toEqual([])
  })

  it.each([
    ['no name', { name: '' }, 'Name must not be empty'],
    ['a blank name', { name: '  ' }, 'Name must not be empty'],
    ['a name that is too long', { name: 'x'.repeat(201) }, 'Name must not be longer than 200 characters'],
    [
      'a description that is too long',
      { name: 'x', description: 'x'.repeat(2_001) },
      'Description must not be',
    ],
  ])('refuse %s, say so beside the field, and keep what was typed', async (_, fields, message) => {
    const one = await open()
    const { status, text } = await one.post('/console/groups/new', fields)
    expect(status).toBe(422)
    expect(text).toContain(`>${message}`)
    expect(text).toContain('aria-invalid="true"')
    if (fields.name.trim() !== '') expect(text).toContain(fields.name)
    expect((await one.acme.listGroups()).items).toEqual([])
  })

  it('tell that somebody else has saved meanwhile, keep what was typed, and save it when asked again', async () => {
    const one = await open()
    const { id } = await one.acme.createGroup({ name: 'First' })
    const version = valueIn((await one.get(`/console/groups/${id}/edit`)).text, 'version') ?? ''
    await one.acme.updateGroup(id, { name: 'Theirs' })
    const refused = await one.post(`/console/groups/${id}/edit`, { name: 'Mine', version })
    expect(refused.status).toBe(409)
    expect(refused.text).toContain('Somebody else has saved this group meanwhile')
    expect(refused.text).toContain('Theirs')
    expect(valueIn(refused.text, 'name')).toBe('Mine')
    expect(await one.acme.getGroup(id)).toMatchObject({ name: 'Theirs' })
    const again = await one.post(`/console/groups/${id}/edit`, {
      name: 'Mine',
      version: valueIn(refused.text, 'version') ?? '',
    })
    expect(again.status).toBe(303)
    expect(await one.acme.getGroup(id)).toMatchObject({ name: 'Mine' })
  })

  it.each(['', 'x', '-1', '1e3'])('save nothing over an unknown version, such as %j', async (version) => {
    const one = await open()
    const { id } = await one.acme.createGroup({ name: 'First' })
    expect((await one.post(`/console/groups/${id}/edit`, { name: 'Mine', version })).status).not.toBe(303)
    expect(await one.acme.getGroup(id)).toMatchObject({ name: 'First' })
  })

  it('do not delete a group that has keys', async () => {
    const one = await open()
    const { group } = await withKey(one)
    const refused = await one.post(`/console/groups/${group.id}/delete`)
    expect([refused.status, refused.text.includes('The group still has keys')]).toEqual([409, true])
    expect(await one.acme.getGroup(group.id)).toEqual(group)
  })
})

describe('the form of a new key', () => {
  it('asks for what the documents say, with the signed-in user and role selected', async () => {
    const one = await open({ directory })
    const { text } = await newKeyForm(one)
    for (const label of [
      'New API Key',
      'Reference ID',
      'Activated',
      'Description',
      'On Behalf Of',
      'In Role',
    ]) {
      expect(text).toContain(label)
    }
    for (const button of ['Add New IP', 'Save Key', 'Back']) expect(text).toContain(button)
    expect(text).toContain('<option value="jdoe" selected="">J. Doe (jdoe)</option>')
    expect(text).toContain('<option value="Administrator" selected="">')
  })

  it('shows the Reference ID in one answer and never again', async () => {
    const one = await open({ directory })
    const { path, form, group } = await newKeyForm(one)
    const fields = { form, activated: 'on', description: 'Import', onBehalfOf: 'jdoe', inRole: 'Operator' }
    const created = await one.post(path, fields)
    const referenceId = referenceIdIn(created.text)
    expect(referenceId).toMatch(/^rak_\w{36}$/)
    expect(created.text.split(referenceId)).toHaveLength(2)
    expect([created.status, created.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(created.text).toContain('shown only this once')
    expect(await isAccepted(one, referenceId)).toBe(true)

    const again = await one.post(path, fields)
    expect(again.status).toBe(409)
    expect(again.text).toContain('No other key was added')
    const { items } = await one.acme.listKeys()
    expect(items).toMatchObject([{ description: 'Import', onBehalfOf: 'jdoe', inRole: 'Operator' }])
    const id = items[0]?.id
    const pages = [`/groups/${group}`, `/keys/${id}`, `/keys/${id}/delete`, `/test?key=${id}`, '/history']
    const api = ['/api/keys', `/api/keys/${id}`, '/api/audit', '/api/openapi.json']
    for (const page of ['', ...pages, `/history?key=${id}`, ...api]) {
      const { status, text } = await one.get(`/console${page}`)
      expect([status, text.includes(referenceId)], page).toEqual([200, false])
    }
    expect(again.text).not.toContain(referenceId)
  })

  it('adds one key if it is sent twice at once', async () => {
    const one = await open()
    const { path, form } = await newKeyForm(one)
    const sent = await Promise.all([one.post(path, { form }), one.post(path, { form })])
    expect(sent.map(({ status }) => status).sort()).toEqual([200, 409])
    expect((await one.acme.listKeys()).items).toHaveLength(1)
  })

  it('takes addresses one by one, by Add New IP and Ok, and lets go of them', async () => {
    const one = await open({ directory })
    const { path, form } = await newKeyForm(one)
    const ips = (text: string) => [...text.matchAll(/name="allowedIps" value="([^"]*)"/g)].map(([, ip]) => ip)
    const typed = { form, description: 'typed before', onBehalfOf: 'import', inRole: 'Operator' }

    const opened = await one.post(path, { ...typed, intent: 'new-ip' })
    expect(opened.text).toContain('New IP')
    expect(opened.text).toContain('typed before')
    expect(opened.text).toContain('<option value="import" selected="">')
    const wrong = await one.post(path, { ...typed, intent: 'ok-ip', newIp: '300.1.1.1' })
    expect([wrong.status, valueIn(wrong.text, 'newIp')]).toEqual([422, '300.1.1.1'])
    expect(wrong.text).toContain('An IP rule must be an address')
    const right = await one.post(path, { ...typed, intent: 'ok-ip', newIp: ' 192.0.2.1 ' })
    expect([right.status, ips(right.text), valueIn(right.text, 'newIp')]).toEqual([
      200,
      ['192.0.2.1'],
      undefined,
    ])
    const two = await one.post(path, {
      ...typed,
      intent: 'ok-ip',
      allowedIps: ['192.0.2.1'],
      newIp: '2001:db8::/32',
    })
    expect(ips(two.text)).toEqual(['192.0.2.1', '2001:db8::/32'])
    const removed = await one.post(path, {
      ...typed,
      intent: 'remove-ip 0',
      allowedIps: ['192.0.2.1', '2001:db8::/32'],
    })
    expect(ips(removed.text)).toEqual(['2001:db8::/32'])
    expect((await one.acme.listKeys()).items).toEqual([])

    const saved = await one.post(path, {
      ...typed,
      activated: 'on',
      allowedIps: ['2001:db8::/32'],
      newIp: '192.0.2.7',
    })
    const referenceId = referenceIdIn(saved.text)
    expect((await one.acme.listKeys()).items).toMatchObject([{ allowedIps: ['2001:db8::/32', '192.0.2.7'] }])
    expect(await isAccepted(one, referenceId, '192.0.2.7')).toBe(true)
    expect(await isAccepted(one, referenceId, '192.0.2.8')).toBe(false)
  })

  it('keeps what was typed if it cannot be saved, and can then be sent again', async () => {
    const one = await open({ directory })
    const { path, form } = await newKeyForm(one)
    const typed = { form, description: 'kept', onBehalfOf: 'guest', newIp: 'nonsense' }
    const refused = await one.post(path, { ...typed, inRole: 'Administrator' })
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('kept')
    expect(refused.text).toContain('<option value="guest" selected="">')
    expect(valueIn(refused.text, 'newIp')).toBe('nonsense')
    expect(refused.text).toContain('New IP cannot be used')
    const role = await one.post(path, { ...typed, newIp: '', inRole: 'Administrator' })
    expect(role.text).toContain('In Role must be a role of that user')
    expect(role.text).toContain('Administrator (not a role of this user)')
    expect((await one.post(path, { ...typed, newIp: '', inRole: 'Operator' })).status).toBe(200)
  })

  it('shows the roles of another user when asked', async () => {
    const one = await open({ directory })
    const { path, text, form } = await newKeyForm(one)
    expect(text).toContain('Show the roles of this user')
    const shown = await one.post(path, { form, intent: 'roles', onBehalfOf: 'import', inRole: '' })
    expect(shown.text).not.toContain('Administrator</option>')
    expect(shown.text).toContain('Operator</option>')
    expect((await one.acme.listKeys()).items).toEqual([])
  })

  it('lets users and roles be typed where there is no directory, or a very long one', async () => {
    const users = Array.from({ length: 2_000 }, (_, index) => ({ id: `user-${index}` }))
    for (const options of [{}, { directory: { users: () => users, roles: () => [] } }]) {
      const one = await open(options)
      const { path, text, form } = await newKeyForm(one)
      expect(text).toMatch(/<input type="text" id="onBehalfOf"/)
      expect(text.length).toBeLessThan(50_000)
      await one.post(path, { form, onBehalfOf: 'user-7' })
      expect((await one.acme.listKeys()).items).toMatchObject([{ onBehalfOf: 'user-7' }])
    }
  })

  it('selects nobody where the directory does not know the signed-in user', async () => {
    const one = await open({ directory: { users: () => [{ id: 'import' }], roles: () => ['Operator'] } })
    const { text } = await newKeyForm(one)
    expect(text).toContain('<option value="" selected="">Nobody</option>')
    expect(text).toContain('<option value="" selected="">No role</option>')
  })
})

describe('the form of a key', () => {
  it('changes what is typed, and says who else has changed it', async () => {
    const one = await open({ directory })
    const { key } = await withKey(one, { onBehalfOf: 'jdoe', inRole: 'Administrator' })
    const path = `/console/keys/${key.id}`
    const edit = await one.get(path)
    for (const shown of ['Edit API Key', key.hint, 'cannot be shown again', 'Nightly import', 'Save Key']) {
      expect(edit.text).toContain(shown)
    }
    const version = valueIn(edit.text, 'version') ?? ''
    await one.acme.updateKey(key.id, { description: 'Theirs', inRole: 'Operator' })
    const typed = { version, description: 'Mine', onBehalfOf: 'jdoe', inRole: 'Administrator' }
    const refused = await one.post(path, { ...typed, newIp: '192.0.2.1' })
    expect(refused.status).toBe(409)
    expect(refused.text).toContain('Somebody else has saved this key meanwhile')
    expect(refused.text).toContain('Description: Theirs → Mine')
    expect(refused.text).toContain('In Role: Operator → Administrator')
    expect([valueIn(refused.text, 'newIp'), refused.text.includes('>\nMine')]).toEqual(['192.0.2.1', true])
    expect(await one.acme.getKey(key.id)).toMatchObject({ description: 'Theirs', activated: true })

    const again = await one.post(path, {
      ...typed,
      newIp: '192.0.2.1',
      version: valueIn(refused.text, 'version') ?? '',
    })
    expect(again.headers.get('location')).toBe(`/console/groups/${key.groupId}?done=key-saved`)
    expect(await one.acme.getKey(key.id)).toMatchObject({
      description: 'Mine',
      inRole: 'Administrator',
      allowedIps: ['192.0.2.1'],
      activated: false,
    })
  })

  it('leaves the metadata and the end of a key alone, and a user who has left', async () => {
    let users = [{ id: 'gone' }]
    const one = await open({ directory: { users: () => users, roles: () => ['Operator'] } })
    const expiresAt = new Date('2099-01-01')
    const { key } = await withKey(one, { onBehalfOf: 'gone', metadata: { team: 'a' }, expiresAt })
    users = []
    const { text } = await one.get(`/console/keys/${key.id}`)
    expect(text).toContain('gone (not in the directory)')
    const version = valueIn(text, 'version') ?? ''
    await one.post(`/console/keys/${key.id}`, {
      version,
      activated: 'on',
      onBehalfOf: 'gone',
      description: 'new',
    })
    expect(await one.acme.getKey(key.id)).toMatchObject({
      onBehalfOf: 'gone',
      metadata: { team: 'a' },
      expiresAt,
      description: 'new',
    })
  })

  it('keeps addresses that are too many to be shown', async () => {
    const one = await open()
    const allowedIps = Array.from(
      { length: 500 },
      (_, index) => `192.0.${Math.floor(index / 250)}.${index % 250}`,
    )
    const { key } = await withKey(one, { allowedIps })
    const { text } = await one.get(`/console/keys/${key.id}`)
    expect(text).toContain('The key has 500 IP rules')
    const fields = {
      version: valueIn(text, 'version') ?? '',
      activated: 'on',
      description: 'new',
      allowedIps: '192.0.2.1',
    }
    expect((await one.post(`/console/keys/${key.id}`, fields)).status).toBe(303)
    expect(await one.acme.getKey(key.id)).toMatchObject({ description: 'new', allowedIps })
  })

  it('deactivates, activates and deletes, and the authorizer follows at once', async () => {
    const one = await open()
    const { key, referenceId } = await withKey(one)
    const path = `/console/keys/${key.id}`
    expect(await isAccepted(one, referenceId)).toBe(true)
    const off = await one.post(`${path}/deactivate`)
    expect(off.headers.get('location')).toBe(`/console/groups/${key.groupId}?done=key-deactivated`)
    expect(await isAccepted(one, referenceId)).toBe(false)
    await one.post(`${path}/activate`)
    expect(await isAccepted(one, referenceId)).toBe(true)
    expect((await one.get(`${path}/delete`)).text).toContain('Delete the key')
    expect(await isAccepted(one, referenceId)).toBe(true)
    await one.post(`${path}/delete`)
    expect(await isAccepted(one, referenceId)).toBe(false)
    expect((await one.get(path)).status).toBe(404)
  })
})

describe('Test a request', () => {
  it('shows every check for a Reference ID, and does not show the Reference ID again', async () => {
    const one = await open()
    const { referenceId } = await withKey(one, { allowedIps: ['192.0.2.0/24'] })
    const cases = [
      [{ tenantId: 'acme', ip: '192.0.2.7' }, 'would be accepted', 'Rule 192.0.2.0/24 names 192.0.2.7.'],
      [
        { tenantId: 'acme', ip: '198.51.100.1' },
        'does not belong to this IP address',
        'No rule names 198.51.100.1.',
      ],
      [
        { tenantId: 'globex', ip: '192.0.2.7' },
        'does not belong to this tenant',
        'claims &quot;globex&quot;',
      ],
      [{ tenantId: '', ip: '' }, 'does not belong to this tenant', 'names no tenant'],
    ] as const
    for (const [fields, verdict, detail] of cases) {
      const { status, text } = await one.post('/console/test', { ...fields, key: referenceId })
      expect(status).toBe(200)
      expect(text).toContain(verdict)
      expect(text).toContain(detail)
      expect(text).not.toContain(referenceId)
    }
    expect((await one.acme.listKeys()).items).toMatchObject([{ version: 1, lastUsedAt: null }])
  })

  it('finds a key by its hint, or asks which one if several have it', async () => {
    const one = await open()
    const { group, key } = await withKey(one, { activated: false })
    const { id } = (
      await one.acme.importKey({ referenceId: '0123456789ABCDEF0123456789ABCDEF', groupId: group.id })
    ).key
    await one.acme.importKey({ referenceId: '9123456789ABCDEF0123456789ABCDEF', groupId: group.id })
    const byHint = await one.post('/console/test', { tenantId: 'acme', key: key.hint })
    expect(byHint.text).toContain('the key is deactivated')
    const byEnd = await one.post('/console/test', { tenantId: 'acme', key: key.hint.slice(-4) })
    expect(byEnd.text).toContain('the key is deactivated')
    const several = await one.post('/console/test', { tenantId: 'acme', key: 'CDEF' })
    expect(several.text).toContain('Several keys have this hint')
    expect((await one.post('/console/test', { tenantId: 'acme', keyId: id })).text).toContain(
      'would be accepted',
    )
    expect((await one.get(`/console/test?key=${id}`)).text).toContain('…CDEF')
  })

  it('knows no key of another tenant, neither by its Reference ID nor by its cache', async () => {
    const one = await open()
    const { referenceId, key } = await withKey(one)
    await isAccepted(one, referenceId)
    const { text } = await one.post('/console/test', { tenantId: 'acme', key: referenceId }, 'ghost')
    expect(text).toContain('this tenant has no such key')
    expect(text).not.toMatch(/cache|Integrations|jdoe/)
    expect((await one.get(`/console/test?key=${key.id}`, 'ghost')).status).toBe(404)
    expect((await one.post('/console/test', { keyId: key.id }, 'ghost')).status).toBe(404)
  })

  it('tells what the cache of the authorizer holds', async () => {
    const one = await open()
    const { referenceId } = await withKey(one)
    const ask = async () => (await one.post('/console/test', { tenantId: 'acme', key: referenceId })).text
    expect(await ask()).not.toContain('cache')
    await isAccepted(one, referenceId)
    expect(await ask()).toContain('The cache of this server holds a copy that was read 0 s ago')
  })

  it('asks for a key', async () => {
    const { post } = await open()
    const { status, text } = await post('/console/test', { tenantId: 'acme' })
    expect([status, text.includes('Key must not be empty')]).toEqual([422, true])
  })
})

describe('History', () => {
  it('shows who changed what, of everything, of a group and of a key', async () => {
    const one = await open()
    const { group, key } = await withKey(one)
    await one.acme.createGroup({ name: 'Another' })
    await one.acme.updateKey(key.id, { description: 'Changed', allowedIps: ['192.0.2.1'] })
    await one.acme.deactivateKey(key.id)
    const all = (await one.get('/console/history')).text
    for (const shown of [
      'Key group added',
      'API key added',
      'API key deactivated',
      'Name: Another',
      'jdoe',
    ]) {
      expect(all).toContain(shown)
    }
    const ofKey = (await one.get(`/console/history?key=${key.id}`)).text
    expect(ofKey).toContain('Description: Nightly import → Changed; IP addresses: none → 192.0.2.1')
    expect(ofKey).toContain('Activated: yes → no')
    expect(ofKey).not.toContain('Another')
    const ofGroup = (await one.get(`/console/history?group=${group.id}`)).text
    expect([ofGroup.includes('Integrations'), ofGroup.includes('Another')]).toEqual([true, false])
    expect((await one.get('/console/history', 'ghost')).text).toContain('Nothing has been changed.')
  })

  it('leads to what was before', async () => {
    const one = await open()
    for (let i = 0; i < 25; i++) await one.acme.createGroup({ name: `Group ${i}` })
    const { text } = await one.get('/console/history')
    const next = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const earlier = await one.get(next)
    expect([text, earlier.text].map((page) => page.split('Key group added').length - 1)).toEqual([20, 5])
    expect(earlier.text).toContain('Latest')
  })
})

describe('what is stored', () => {
  const markup = `"'</textarea></code><img src=x onerror=alert(1)>&lt;`

  it('is text wherever it is shown', async () => {
    const nobody = { tenantId: markup, userId: markup, role: markup }
    const one = await open({
      authorize: () => true,
      authenticate: () => nobody,
      directory: { users: () => [{ id: markup, name: markup }], roles: () => [markup] },
    })
    const keys = one.manager.as(nobody)
    const group = await keys.createGroup({ name: markup, description: markup })
    const { key } = await keys.createKey({
      groupId: group.id,
      description: markup,
      onBehalfOf: markup,
      inRole: markup,
      metadata: { [markup]: markup },
    })
    await keys.updateKey(key.id, { description: `${markup}!` })
    const encoded = encodeURIComponent(markup)
    const pages = [
      await one.get('/console'),
      await one.get(`/console/groups/${group.id}?search=${encoded}&done=${encoded}`),
      await one.get(`/console/groups/${group.id}/edit`),
      await one.get(`/console/groups/${group.id}/delete`),
      await one.get(`/console/groups/${group.id}/keys/new`),
      await one.get(`/console/keys/${key.id}`),
      await one.get(`/console/keys/${key.id}/delete`),
      await one.get('/console/history'),
      await one.get(`/console/history?key=${key.id}`),
      await one.get(`/console/${encoded}`),
      await one.get(`/console/keys/${encoded}`),
      await one.get(`/console?cursor=${encoded}`),
      await one.post('/console/groups/new', { name: markup.repeat(50), description: markup }),
      await one.post(`/console/groups/${group.id}/edit`, { name: markup, version: '9' }),
      await one.post(`/console/keys/${key.id}`, {
        description: markup,
        onBehalfOf: `${markup}x`,
        inRole: markup,
        allowedIps: [markup, markup],
        newIp: markup,
        version: '9',
      }),
      await one.post(`/console/keys/${key.id}`, { intent: 'ok-ip', newIp: markup, version: '1' }),
      await one.post(`/console/keys/${key.id}`, { intent: markup, version: markup }),
      await one.post('/console/test', { tenantId: markup, ip: markup, key: markup }),
      await one.post('/console/test', { tenantId: markup, ip: markup, keyId: key.id }),
    ]
    for (const { text, status } of pages) {
      expect(status).toBeLessThan(500)
      expect(text).toMatch(/^<!doctype html><html lang="en">/)
      expect(text.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<img|<[^>]*onerror/)
      // What ends an attribute or an element does so only where the page itself says so.
      expect(text.split('</textarea>').length).toBe(text.split('<textarea').length)
      expect(text.split('</code>').length).toBe(text.split('<code').length)
    }
    expect(pages.filter(({ text }) => text.includes('&lt;img src=x')).length).toBeGreaterThan(12)
  })

  it('makes no page larger than 50 kB', async () => {
    const wide = (length: number) => '"'.repeat(length)
    const one = await open({ generate: referenceIds({ prefix: 'a'.repeat(32) }) })
    const allowedIps = Array.from(
      { length: 50 },
      (_, index) => `2001:db8:1111:2222:3333:4444:5555:${(4096 + index).toString(16)}/128`,
    )
    const group = await one.acme.createGroup({ name: wide(200), description: wide(2_000) })
    for (let i = 0; i < 24; i++) await one.acme.createGroup({ name: wide(200) })
    const input = {
      groupId: group.id,
      description: wide(2_000),
      onBehalfOf: wide(200),
      inRole: wide(200),
      allowedIps,
    }
    let id = ''
    for (let i = 0; i < 25; i++) {
      id = (await one.acme.createKey(input)).key.id
      await one.acme.updateKey(id, { description: `${wide(1_999)}!` })
    }
    const ofGroup = ['', '/edit', '/delete', '/keys/new'].map((page) => `/groups/${group.id}${page}`)
    const ofKey = [`/keys/${id}`, `/keys/${id}/delete`, `/test?key=${id}`, `/history?key=${id}`]
    for (const path of ['', ...ofGroup, ...ofKey, '/history', '/test', '/groups/new']) {
      const { status, text } = await one.get(`/console${path}`)
      expect(status).toBe(200)
      expect(Buffer.byteLength(text), path).toBeLessThan(50_000)
    }
    const typed = {
      description: wide(2_000),
      onBehalfOf: wide(200),
      inRole: wide(200),
      allowedIps,
      version: '1',
    }
    const conflict = await one.post(`/console/keys/${id}`, typed)
    expect(conflict.status).toBe(409)
    expect(Buffer.byteLength(conflict.text)).toBeLessThan(50_000)
  })
})

describe('what goes wrong', () => {
  it.each([
    ['/console/nothing', 404],
    ['/console/groups/nothing', 404],
    ['/console/groups/nothing/edit', 404],
    ['/console/groups/nothing/keys/new', 404],
    ['/console/keys/nothing', 404],
    ['/console/keys/nothing/delete', 404],
    ['/console/test?key=nothing', 404],
    ['/console?cursor=nothing', 422],
    ['/console/history?cursor=nothing', 422],
    [`/console?search=${'x'.repeat(300)}`, 422],
  ])('at %s is a page with %d and a way back', async (path, status) => {
    const { get } = await open()
    const page = await get(path)
    expect([page.status, page.text.includes('href="/console"')]).toEqual([status, true])
  })

  it('in the store is a 503 that tells the operator, and only them', async () => {
    const failing: KeyRepository = { ...memoryStore() }
    for (const name of Object.keys(failing).filter((name) => name !== 'changes')) {
      const fail = () => Promise.reject(Object.assign(new Error('canary'), { code: '23505' }))
      Object.assign(failing, { [name]: fail })
    }
    const { get, post, errors } = await open({ repository: failing })
    const answers = [
      await get('/console'),
      await get('/console/keys/x'),
      await get('/console/history'),
      await post('/console/groups/new', { name: 'x' }),
      await post('/console/keys/x/deactivate'),
      await get('/console/api/groups'),
    ]
    for (const { status, headers, text } of answers) {
      expect([status, headers.get('retry-after'), /canary|23505/.test(text)]).toEqual([503, '2', false])
    }
    expect(errors).toHaveLength(6)
    for (const error of errors) expect(error).toMatchObject({ code: 'repository_failed' })
  })

  it('in the directory is a 503', async () => {
    const { get, acme, errors } = await open({
      directory: { users: () => Promise.reject(new Error('canary')), roles: () => [] },
    })
    const group = await acme.createGroup({ name: 'x' })
    expect((await get(`/console/groups/${group.id}/keys/new`)).status).toBe(503)
    expect(errors).toMatchObject([{ code: 'directory_failed' }])
  })

  it('is told to whoever may not manage keys as a 403', async () => {
    const one = await open()
    const { group, key } = await withKey(one)
    for (const path of [
      '',
      `/groups/${group.id}`,
      `/keys/${key.id}`,
      '/history',
      `/groups/${group.id}/keys/new`,
    ]) {
      const { status, text } = await one.get(`/console${path}`, 'guest')
      expect([status, text.includes(key.hint), text.includes('Integrations')]).toEqual([403, false, false])
    }
    expect(actors.guest).toBeDefined()
  })
})

describe('the files of the console', () => {
  it('are kept by browsers under names that say what is in them, and are on no other path', async () => {
    const { get } = await open()
    const { text } = await get('/console/groups/new')
    const files = [...text.matchAll(/(?:href|src)="(\/console\/assets\/[^"]+)"/g)].map(
      ([, file]) => file ?? '',
    )
    expect(files.map((file) => file.replace(/-[\da-f]{12}\./, '-….'))).toEqual([
      '/console/assets/console-….css',
      '/console/assets/console-….js',
    ])
    for (const file of files) {
      const { status, headers } = await get(file)
      expect([status, headers.get('cache-control')]).toEqual([200, 'private, max-age=31536000, immutable'])
      expect((await get(file, null)).status).toBe(401)
      expect((await get(file.replace('console-', 'console-x'))).status).toBe(404)
    }
  })
})
