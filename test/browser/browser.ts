/** A real Chromium for the tests of the console, where the machine has one. */

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
]
/**
 * One process for the pages of all servers: to start one for each costs as much as the page itself. The list of features
 * replaces that of Playwright, from which come those that keep addresses and storage as they are.
 */
const ONE_PROCESS = [
  '--disable-site-isolation-trials',
  '--disable-features=CrossOriginOpenerPolicy,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,PaintHolding,ThirdPartyStoragePartitioning',
]
const PROJECTOR = { width: 1280, height: 720 }

/** Where Chromium is, or null. */
export const CHROMIUM =
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => NAMES.map(name => join(folder, name)))
    .find(file => existsSync(file)) ?? null

/** For `describe`: says why the tests of a file are left out, or false. */
export const skip = CHROMIUM === null && 'no Chromium on the PATH: apt-get install chromium, and these tests run'

/** Pages that tests have left for the next, by what cannot be changed while a page is open. */
const left = new WeakMap<Browser, Map<string, Page[]>>()

/** Starts a browser whose tests take over each other's pages, with `more` arguments; close it at the end of the file. */
export async function launch(...more: string[]): Promise<Browser> {
  const browser = await launchIsolated(...ONE_PROCESS, ...more)
  left.set(browser, new Map())
  return browser
}

/** Starts a browser that keeps sites apart as that of a user does: each page has a context and a process of its own. */
export function launchIsolated(...more: string[]): Promise<Browser> {
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
  { viewport = PROJECTOR, colorScheme = 'dark', reducedMotion = null, ...rest }: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const fixed = { locale: 'en-GB', ...rest }
  const pages = left.get(browser)
  const page =
    pages?.get(JSON.stringify(fixed))?.pop() ??
    (await (await browser.newContext({ viewport, colorScheme, reducedMotion, ...fixed })).newPage())
  if (viewport) await page.setViewportSize(viewport)
  await page.emulateMedia({ colorScheme, reducedMotion })
  test.after(async () => {
    page.removeAllListeners()
    const alone = page.context().pages().length === 1 && !page.isClosed()
    if (!pages || !alone || !(await clear(page))) return page.context().close()
    pages.set(JSON.stringify(fixed), [...(pages.get(JSON.stringify(fixed)) ?? []), page])
  })
  const complaints: string[] = []
  const origins = new Set<string>()
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error.stack)))
  page.on('request', request => origins.add(new URL(request.url()).origin))
  await page.goto(url)
  await ready(page)
  return { page, complaints, origins }
}

/** Waits until the console is built and hears its keys; any other page is ready as it is. */
export async function ready(page: Page): Promise<void> {
  // No text to evaluate: a page that is not ready at once would have to evaluate it again, which its own policy forbids.
  await page.locator('#page > *, body:not(:has(#page))').first().waitFor({ state: 'attached' })
}

/** Takes from a page what it shows and has stored; false where that is not to be had. */
async function clear(page: Page): Promise<boolean> {
  try {
    await page.evaluate('localStorage.clear(), sessionStorage.clear()')
    await page.goto('about:blank')
    return true
  } catch {
    return false
  }
}
