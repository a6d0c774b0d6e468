/** Nothing lies over anything else, and no figure is cut off, at every size and in both languages. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'
import { begin, FIVE, look, SIZES, TWO, VERDICT } from './layout.ts'

describe('the layout of the console', { skip, timeout: 180_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  for (const [word, names] of [
    ['two', TWO],
    ['five', FIVE],
  ] as const) {
    it(`keeps ${word} arms apart from one another and from all else, while they run and when they have ended`, async test => {
      const { server, call, tell } = await begin(test, names)
      const { page } = await openPage(test, browser, server.url, { locale: 'pt-BR', reducedMotion: 'no-preference' })
      await page.locator('.arms-table').waitFor()
      await call('POST', '/chaos/outages', { for: '60s' })
      assert.deepEqual(await look(page, tell), [])
      await call('POST', '/chaos/live', { end: { id: 'r', result: { verdict: VERDICT, run: 'tirado' } } })
      await page.locator('.verdict:not(:empty)').waitFor()
      assert.deepEqual(await look(page, async () => {}), [])
    })
  }

  it('shows two arms in presenter mode', async test => {
    const { server, tell } = await begin(test, TWO)
    const { page } = await openPage(test, browser, server.url)
    await page.locator('.arms-table').waitFor()
    await page.keyboard.press('p')
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height })
      await tell()
      await page.waitForTimeout(350)
      assert.deepEqual(await overlaps(page), [], `${width}`)
    }
  })

  it('keeps the board and the kept runs apart, empty', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, server.url, { locale: 'pt-BR' })
    for (const view of ['#board', '#runs']) {
      await page.goto(`${server.url}/${view}`)
      await page.waitForTimeout(1_200)
      assert.deepEqual(await look(page, async () => {}), [])
    }
  })
})
