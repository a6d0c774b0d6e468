/** Nothing lies over anything else, and no figure is cut off: what the matrix of console-layout.all.test.ts shows, on two screens. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'
import { begin, FIVE, look, SIZES, TWO } from './layout.ts'

describe('the layout of the console', { skip, timeout: 180_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  it('keeps five arms apart on a phone and on a projector, in both languages', async test => {
    const { server, call, tell } = await begin(test, FIVE)
    const { page } = await openPage(test, browser, server.url, { locale: 'pt-BR' })
    await page.locator('.arms-table').waitFor()
    await call('POST', '/chaos/outages', { for: '60s' })
    assert.deepEqual(
      await look(page, tell, [
        [390, 844],
        [1280, 720],
      ]),
      [],
    )
  })

  it('shows five arms in presenter mode', async test => {
    const { server, tell } = await begin(test, FIVE)
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

  it('tells the latencies of a run in the legend while it plays, and where they were measured', async test => {
    const { server, tell } = await begin(test, TWO)
    const { page } = await openPage(test, browser, server.url, { viewport: { width: 1280, height: 800 } })
    await page.locator('.chart-latency .legend li').nth(3).waitFor()
    await tell()
    await page.waitForTimeout(350)
    const legend = await page.locator('.chart-latency .legend li').allTextContents()
    assert.deepEqual(
      legend.map(text => text.replaceAll('\u00a0', ' ').replace(/(?<=\d) ms$/, '')),
      ['retry p5041', 'p951,234', 'retry+breaker p5041', 'p951,234'],
    )
    assert.equal(await page.locator('.chart-latency h3').textContent(), 'Latency at the client')
  })
})
