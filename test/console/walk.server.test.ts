import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { authorizationFor } from 'rest-api-key'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { frameworks } from '../../examples/console/frameworks.js'
import { createParts } from '../../examples/console/parts.js'
import { urlOf } from '../../examples/shared/usage.js'
import { close } from '../support/http-api.js'
import { openBrowser, openPage } from './browser.js'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe.each(Object.entries(frameworks))("the documents' walk in %s", (_, serve) => {
  let server: Server
  let url: string
  let context: BrowserContext | undefined
  beforeEach(async () => {
    server = await serve(createParts())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = urlOf(server)
  })
  afterEach(async () => {
    await context?.close()
    await close(server)
  })

  /** The status of the protected API. */
  async function statusOf(referenceId: string, tenant = 'acme'): Promise<number> {
    const headers = { authorization: authorizationFor(referenceId), 'x-tenant': tenant }
    return (await fetch(`${url}/incidents`, { headers })).status
  }

  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const follow = (page: Page, name: string | RegExp) => page.getByRole('link', { name }).click()

  it.each([
    ['on', true],
    ['off', false],
  ])('leads through the life of a key with scripting %s', async (_, javaScriptEnabled) => {
    context = await browser.newContext({
      javaScriptEnabled,
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const page = await openPage(context)
    const addresses: string[] = []
    page.on('request', (request) => addresses.push(request.url()))

    await page.goto(`${url}/console`)
    await follow(page, 'Sign in')
    await press(page, 'jdoe of acme, Administrator')
    await expect.poll(() => page.url()).toBe(`${url}/console`)
    expect(await page.getByLabel('Breadcrumb').textContent()).toMatch(
      /Configure\s*Security Controls\s*API Keys/,
    )

    await follow(page, 'Add Key Group')
    await page.getByRole('heading', { name: 'New API Group' }).waitFor()
    await follow(page, 'Back')
    await follow(page, 'Add Key Group')
    await page.getByLabel('Name').fill('Integrations')
    await page.getByLabel('Description').fill('Machines that call us')
    await press(page, 'Save Key Group')
    await page.getByText('The key group has been saved.').waitFor()

    await follow(page, 'Add API Key')
    await page.getByRole('heading', { name: 'New API Key' }).waitFor()
    expect(await page.getByLabel('Activated').isChecked()).toBe(true)
    expect(await page.getByLabel('On Behalf Of').inputValue()).toBe('jdoe')
    expect(await page.getByLabel('In Role').inputValue()).toBe('Administrator')
    await page.getByLabel('Description').fill('Nightly import')
    await page.getByLabel('On Behalf Of').selectOption('import')
    if (!javaScriptEnabled) await press(page, 'Show the roles of this user')
    await expect
      .poll(() => page.getByLabel('In Role').locator('option').allTextContents())
      .not.toContain('Administrator')
    await page.getByLabel('In Role').selectOption('Operator')
    await press(page, 'Add New IP')
    await page.getByLabel('New IP').fill('127.0.0.1')
    await press(page, 'Ok')
    await page.getByRole('button', { name: 'Remove 127.0.0.1' }).waitFor()
    expect(await page.getByLabel('Description').inputValue()).toBe('Nightly import')
    await press(page, 'Save Key')

    const field = page.getByLabel('Reference ID')
    const referenceId = await field.inputValue()
    expect(referenceId).toMatch(/^rak_\w{36}$/)
    const copy = page.getByRole('button', { name: 'Copy' })
    expect(await copy.isVisible()).toBe(javaScriptEnabled)
    if (javaScriptEnabled) {
      await copy.click()
      await page.getByText('Copied.').waitFor()
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(referenceId)
    }
    expect(await statusOf(referenceId)).toBe(200)
    expect(await statusOf(referenceId, 'globex')).toBe(401)

    await follow(page, 'Back')
    await page.getByRole('cell', { name: 'Nightly import' }).waitFor()
    await follow(page, /^rak_…/)
    await page.getByLabel('Description').fill('Hourly import')
    await press(page, 'Save Key')
    await page.getByText('The API key has been saved.').waitFor()
    await page.getByRole('cell', { name: 'Hourly import' }).waitFor()
    expect(await statusOf(referenceId)).toBe(200)

    await page.getByRole('button', { name: /^Deactivate/ }).click()
    await page.getByText('The API key is deactivated').waitFor()
    expect(await statusOf(referenceId)).toBe(401)
    await page.getByRole('button', { name: /^Activate/ }).click()
    await page.getByText('The API key is activated').waitFor()
    expect(await statusOf(referenceId)).toBe(200)

    await follow(page, 'Test a request')
    await page.getByLabel('IP address').fill('192.0.2.1')
    await page.getByLabel('Key', { exact: true }).fill(referenceId)
    await press(page, 'Test')
    await page.getByRole('heading', { name: 'does not belong to this IP address' }).waitFor()
    await follow(page, 'History')
    await page.getByText('Description: Nightly import → Hourly import').waitFor()

    await follow(page, /^Keys$/)
    await follow(page, /^Delete rak_…/)
    expect(await statusOf(referenceId)).toBe(200)
    await press(page, 'Delete Key')
    await page.getByText('The API key has been deleted').waitFor()
    expect(await statusOf(referenceId)).toBe(401)
    await follow(page, 'Delete Key Group')
    await press(page, 'Delete Key Group')
    await page.getByText('The key group has been deleted.').waitFor()
    expect(addresses.filter((address) => address.includes(referenceId))).toEqual([])
  })

  it('refuses a user who may not manage keys, and shows another tenant nothing', async () => {
    context = await browser.newContext()
    const page = await openPage(context)
    await page.goto(`${url}/sign-in`)
    await press(page, 'guest of acme, Operator')
    await page.getByRole('heading', { name: 'Forbidden' }).waitFor()
    await page.goto(`${url}/sign-in`)
    await press(page, 'jdoe of globex, Administrator')
    await page.getByText('There are no keys yet.').waitFor()
  })
})
