import { createServer, type Server } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { close, listen } from '../support/http-api.js'
import { openScene, press, type Scene } from './scene.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())

describe('a page', () => {
  it('runs nothing of what is stored', async () => {
    const markup = '"\'><img src=x onerror=alert(1)><script>alert(2)</script>'
    const group = await scene.one.acme.createGroup({ name: markup, description: markup })
    const { key } = await scene.one.acme.createKey({ groupId: group.id, description: markup })
    try {
      const paths = ['', `/groups/${group.id}`, `/groups/${group.id}/edit`, `/keys/${key.id}`, '/history']
      for (const path of [...paths, `/groups/${group.id}?search=${encodeURIComponent(markup)}`]) {
        const page = await scene.visit(`/console${path}`)
        expect(await page.locator('img').count()).toBe(0)
        expect(await page.locator('script:not([src])').count()).toBe(0)
        expect(await page.content()).toContain('&lt;img src=x')
      }
    } finally {
      await scene.one.acme.deleteKey(key.id)
      await scene.one.acme.deleteGroup(group.id)
    }
  })
})

describe('the Reference ID', () => {
  async function saved(page: Page): Promise<string> {
    await page.getByText('Copy the Reference ID now').waitFor()
    return page.getByLabel('Reference ID').inputValue()
  }
  const count = async () => (await scene.one.acme.listKeys({ limit: 500 })).items.length

  it.each([
    ['on', true],
    ['off', false],
  ])(
    'is not shown by reloading or going back and forth, nor is another key added, with scripting %s',
    async (_, on) => {
      const page = await scene.visit(`/console/groups/${scene.group}`, { javaScriptEnabled: on })
      await page.getByRole('link', { name: 'Add API Key' }).click()
      const before = await count()
      await press(page, 'Save Key')
      const referenceId = await saved(page)

      await page.reload()
      await page.getByText('This form has added a key already').waitFor()
      expect(await page.content()).not.toContain(referenceId)
      await page.goBack()
      expect(await page.content()).not.toContain(referenceId)
      // Chromium asks before it sends the form again, which Playwright takes for a failure.
      await page.goForward().catch(() => undefined)
      await expect.poll(() => page.content().catch(() => referenceId)).not.toContain(referenceId)
      expect(await count()).toBe(before + 1)
    },
  )

  it('is still there if somebody has pressed Save Key twice', async () => {
    const page = await scene.visit(`/console/groups/${scene.group}/keys/new`)
    const before = await count()
    await page.getByRole('button', { name: 'Save Key' }).dblclick()
    expect(await saved(page)).toMatch(/^rak_/)
    expect(await count()).toBe(before + 1)
  })
})

describe('a page of another site', () => {
  let other: Server
  let port: number
  let html = ''
  beforeAll(async () => {
    other = createServer((_, res) => res.setHeader('content-type', 'text/html').end(html))
    port = (await listen(other)) as number
  })
  afterAll(() => close(other))

  // To browsers, a port is not another site but another origin: its requests carry the cookies.
  it.each(['127.0.0.1', 'localhost'])('at %s cannot send a form', async (host) => {
    const before = await scene.one.acme.getKey(scene.key)
    html = `<form method="post" action="${scene.one.url}/console/keys/${scene.key}/deactivate"><button>Win</button></form>`
    const page = await scene.visit('/console')
    await page.goto(`http://${host}:${port}/`)
    await press(page, 'Win')
    await page.getByRole('heading', { name: /Forbidden|Unauthorized/ }).waitFor()
    expect(await scene.one.acme.getKey(scene.key)).toEqual(before)
  })

  it.each(['127.0.0.1', 'localhost'])('at %s cannot show the console in a frame', async (host) => {
    html = `<iframe src="${scene.one.url}/console"></iframe>`
    await scene.visit('/console')
    // This page complains of the frame.
    const page = await scene.another()
    const refused: string[] = []
    page.on('console', (message) => refused.push(message.text()))
    await page.goto(`http://${host}:${port}/`)
    expect(await page.frames()[1]?.content()).not.toContain('Key groups')
    await expect.poll(() => refused.join()).toContain('frame-ancestors')
  })

  it('cannot read the API', async () => {
    html = ''
    await scene.visit('/console')
    const page = await scene.another()
    await page.goto(`http://127.0.0.1:${port}/`)
    const read = `fetch('${scene.one.url}/console/api/groups', { credentials: 'include' }).then(() => 'read', () => 'refused')`
    expect(await page.evaluate(read)).toBe('refused')
  })
})
