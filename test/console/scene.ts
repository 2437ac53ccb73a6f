import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { openBrowser, openPage } from './browser.js'
import { directory, openConsole, type TestConsole, withKey } from './support.js'

/** A console with keys of every kind, and a browser to look at it. */
export interface Scene {
  readonly one: TestConsole
  /** Of the group that is shown, and of a key in it. */
  readonly group: string
  readonly key: string
  /** A page of somebody who is signed in, in a context that ends with the next visit. */
  visit(path: string, options?: BrowserContextOptions): Promise<Page>
  /** Another page for the same visitor, one that may complain. */
  another(): Promise<Page>
  close(): Promise<void>
}

export async function openScene(): Promise<Scene> {
  const browser: Browser = await openBrowser()
  const one = await openConsole({ directory })
  const { acme } = one
  const { group, key } = await withKey(one, {
    onBehalfOf: 'jdoe',
    inRole: 'Operator',
    allowedIps: [
      '192.0.2.0/24',
      '198.51.100.7',
      '2001:db8:1111:2222:3333:4444:5555:1-2001:db8:1111:2222:3333:4444:5555:ff',
    ],
  })
  await acme.updateGroup(group.id, { description: 'Systems of partners that read and write incidents' })
  await acme.createGroup({ name: 'Monitoring' })
  await acme.createGroup({ name: 'A-name-without-any-blank-that-is-as-long-as-a-name-may-be'.repeat(3) })
  await acme.createKey({ groupId: group.id, description: 'Status page', activated: false })
  await acme.createKey({ groupId: group.id, description: 'x'.repeat(200), onBehalfOf: 'import' })
  await acme.createKey({ groupId: group.id, expiresAt: new Date('2020-01-01'), inRole: 'Operator' })
  await acme.deactivateKey(key.id)
  await acme.activateKey(key.id)

  let context: BrowserContext | undefined
  return {
    one,
    group: group.id,
    key: key.id,
    async visit(path, options = {}) {
      await context?.close()
      context = await browser.newContext(options)
      await context.addCookies([{ name: 'user', value: 'jdoe', url: one.url }])
      const page = await openPage(context)
      await page.goto(one.url + path)
      return page
    },
    async another() {
      if (context === undefined) throw new Error('nobody has visited yet')
      return context.newPage()
    },
    async close() {
      await browser.close()
      await one.close()
    },
  }
}

export function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click()
}
