/** A real Chromium for the tests of the console, where the machine has one. */

import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium']
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
]

/** Where Chromium is, or null. */
export const CHROMIUM = PLACES.find(place => existsSync(place)) ?? null

/** For `describe`: says why the tests of a file are left out, or false. */
export const skip = CHROMIUM === null && 'no Chromium here: apt-get install chromium, and these tests run'

/** Starts a browser, with `more` arguments beside the usual; close it at the end of the file. */
export function launch(...more: string[]): Promise<Browser> {
  if (!CHROMIUM) throw new Error('there is no Chromium')
  return chromium.launch({ executablePath: CHROMIUM, args: [...ARGUMENTS, ...more] })
}

/** A page that is watched: what it complained about and where it went. */
export interface WatchedPage {
  readonly page: Page
  /** Errors and warnings of its console, and exceptions that nobody caught. */
  readonly complaints: readonly string[]
  /** Origins of all its requests. */
  readonly origins: ReadonlySet<string>
}

/** Opens `url` at the size of a projector, in English and dark unless told otherwise. */
export async function openPage(
  test: Pick<TestContext, 'after'>,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    colorScheme: 'dark',
    locale: 'en-GB',
    ...options,
  })
  test.after(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  const origins = new Set<string>()
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error.stack)))
  page.on('request', request => origins.add(new URL(request.url()).origin))
  await page.goto(url)
  return { page, complaints, origins }
}
