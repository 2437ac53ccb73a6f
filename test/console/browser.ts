import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import { chromiumPath } from '../support/services.js'

// Slow on a busy machine, and never a sign of a mistake.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  })
}

/** A page that fails the test if anything in it goes wrong that a visitor does not see. */
export async function openPage(context: BrowserContext): Promise<Page> {
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  page.on('pageerror', (error) => expect.unreachable(String(error)))
  page.on('console', (message) => {
    // Chromium reports every answer with such a status; which ones they are, the tests say.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
      expect.unreachable(message.text())
  })
  page.on('dialog', (dialog) => expect.unreachable(dialog.message()))
  return page
}
