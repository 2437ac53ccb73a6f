import { mkdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { openBrowser, openPage } from './browser.js'
import { openConsole } from './support.js'

/** `CONSOLE_PICTURE=docs/images/console.png` renews the picture of the documents. */
const target = process.env.CONSOLE_PICTURE ?? '.tmp/console.png'
const committed = 'docs/images/console.png'
const [width, height] = [1280, 570]

afterEach(() => {
  vi.useRealTimers()
})

it('shows in the documents what the console looks like', async () => {
  const one = await openConsole()
  const browser = await openBrowser()
  try {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-02T08:30:00Z') })
    const { acme } = one
    const group = await acme.createGroup({
      name: 'Integrations',
      description: 'Systems that read and write incidents',
    })
    for (const name of ['Monitoring', 'Reports', 'Scanners']) {
      vi.advanceTimersByTime(86_400_000)
      await acme.createGroup({ name })
    }
    for (const fields of [
      {
        description: 'Nightly import',
        onBehalfOf: 'import',
        inRole: 'Operator',
        allowedIps: ['192.0.2.0/24'],
      },
      {
        description: 'Mail gateway',
        onBehalfOf: 'mail',
        inRole: 'Operator',
        allowedIps: ['198.51.100.7', '2001:db8::25'],
      },
      { description: 'Status page', inRole: 'Reader' },
      { description: 'Old data warehouse', onBehalfOf: 'jdoe', inRole: 'Administrator', activated: false },
    ]) {
      vi.advanceTimersByTime(86_400_000)
      await acme.createKey({ groupId: group.id, ...fields })
    }
    vi.useRealTimers()

    const context = await browser.newContext({ viewport: { width, height }, colorScheme: 'light' })
    await context.addCookies([{ name: 'user', value: 'jdoe', url: one.url }])
    const page = await openPage(context)
    await page.goto(`${one.url}/console/groups/${group.id}`)
    mkdirSync('.tmp', { recursive: true })
    await page.screenshot({ path: target })
    for (const file of [target, committed]) {
      const picture = readFileSync(file)
      // A PNG has its size at these places.
      expect([picture.readUInt32BE(16), picture.readUInt32BE(20)], file).toEqual([width, height])
      expect(picture.length, file).toBeLessThan(120_000)
    }
  } finally {
    await browser.close()
    await one.close()
  }
})
