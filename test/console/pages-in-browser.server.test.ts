import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf, pages } from './every-page.js'
import { openScene, type Scene } from './scene.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())

describe.each(pages)('the page of %s', (_, path, act) => {
  let page: Page
  beforeAll(async () => {
    page = await scene.visit(addressOf(path, scene))
    await act?.(page, scene)
  })

  it('has no violation of accessibility, in light and in dark', async () => {
    const violations = async (axe: AxeBuilder) =>
      (await axe.analyze()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`,
      )
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await violations(new AxeBuilder({ page }).setLegacyMode())).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(new AxeBuilder({ page }).setLegacyMode().withRules('color-contrast'))).toEqual([])
  })

  it('fits from 320 to 1600 pixels without overlapping', async () => {
    for (const width of [320, 400, 640, 768, 1024, 1200, 1280, 1600]) {
      await page.setViewportSize({ width, height: 800 })
      const measured = (await page.evaluate(measure)) as { wide: string[]; overlapping: string[] }
      expect(measured, `${width}`).toEqual({ wide: [], overlapping: [] })
    }
  })
})

/** Run in the page: what is wider than the window, and which controls lie on each other. */
const measure = `(() => {
  const name = (element) => element.outerHTML.slice(0, 120)
  const isShown = (element) => element.checkVisibility() && !element.closest('.hidden, .skip, thead')
  const boxes = [...document.querySelectorAll('a, button, input, select, textarea, h1, h2, label, legend, td, p')]
    .filter(isShown)
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && box.height > 0)
  const wide = boxes
    .filter(({ element, box }) => box.right > innerWidth + 0.5 || box.left < -0.5 || element.scrollWidth > element.clientWidth + 1)
    .filter(({ element }) => !element.matches('a, label, code, input, select, textarea'))
    .map(({ element }) => name(element))
  if (document.scrollingElement.scrollWidth > innerWidth) wide.push('the page: ' + document.scrollingElement.scrollWidth)
  const overlapping = []
  for (const [index, one] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) {
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue
      const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
      const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
      if (width > 1 && height > 1) overlapping.push(name(one.element) + ' and ' + name(other.element))
    }
  }
  return { wide, overlapping }
})()`

describe('without a mouse', () => {
  /** Goes on with Tab until the focus is on this, and sees it there. */
  async function tabTo(page: Page, name: string | RegExp): Promise<void> {
    for (let count = 0; count < 60; count++) {
      await page.keyboard.press('Tab')
      const [text, outline] = (await page.evaluate(`(() => {
        const { activeElement: element } = document
        const text = element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent
        return [text.trim(), getComputedStyle(element).outlineStyle]
      })()`)) as [string, string]
      expect(outline, text).toBe('solid')
      if (typeof name === 'string' ? text === name : name.test(text)) return
    }
    throw new Error(`Tab does not lead to ${name}`)
  }

  it('a group and a key are added, and the key is deleted', async () => {
    const page = await scene.visit('/console')
    const { keyboard } = page
    await tabTo(page, 'Skip to the content')
    await tabTo(page, 'Add Key Group')
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: 'New API Group' }).waitFor()
    await tabTo(page, 'Name')
    await keyboard.type('By keyboard')
    await keyboard.press('Enter')
    await page.getByText('The key group has been saved.').waitFor()

    await tabTo(page, 'Add API Key')
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: 'New API Key' }).waitFor()
    await tabTo(page, 'Activated')
    await keyboard.press('Space')
    await tabTo(page, 'Description')
    await keyboard.type('Typed')
    await tabTo(page, 'Add New IP')
    await keyboard.press('Enter')
    // The focus has gone to the new field by itself, and Enter does what Ok does.
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('newIp')
    await keyboard.type('192.0.2.1')
    await keyboard.press('Enter')
    await page.getByRole('button', { name: 'Remove 192.0.2.1' }).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Add New IP')
    await tabTo(page, 'Save Key')
    await keyboard.press('Enter')
    await page.getByText('Copy the Reference ID now').waitFor()
    const { items } = await scene.one.acme.listKeys({ search: 'typed' })
    expect(items).toMatchObject([{ activated: false, allowedIps: ['192.0.2.1'] }])

    await tabTo(page, 'Back')
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: 'By keyboard' }).waitFor()
    await tabTo(page, /^Delete rak_/)
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Delete API Key' }).waitFor()
    await tabTo(page, 'Delete Key')
    await keyboard.press('Space')
    await page.getByText('The API key has been deleted').waitFor()
    expect((await scene.one.acme.listKeys({ search: 'typed' })).items).toEqual([])
  })
})

describe('a page', () => {
  it('is painted with one style sheet and nothing else, and weighs less than 50 kB', async () => {
    for (const path of [
      '',
      '/groups/{group}',
      '/groups/{group}/keys/new',
      '/keys/{key}',
      '/test',
      '/history',
    ]) {
      const page = await scene.visit('/console/nothing')
      const requested: string[] = []
      let release = () => {}
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      await page.route('**/*.js', async (route) => {
        await released
        await route.continue()
      })
      page.on('request', (request) => requested.push(request.resourceType()))
      const response = await page.goto(scene.one.url + addressOf(`/console${path}`, scene), {
        waitUntil: 'commit',
      })
      const painted = `performance.getEntriesByName('first-contentful-paint').length`
      await expect.poll(() => page.evaluate(painted)).toBe(1)
      release()
      await page.waitForLoadState('load')
      expect(requested.filter((type) => type !== 'script')).toEqual(['document', 'stylesheet'])
      expect(requested.length).toBeLessThan(4)
      expect((await response?.body())?.length).toBeLessThan(50_000)
    }
  })
})
