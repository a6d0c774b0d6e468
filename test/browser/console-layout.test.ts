/** Nothing lies over anything else, and no figure is cut off, at the sizes at which the console is looked at. */

import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'

const SIZES = [
  [390, 844],
  [768, 1024],
  [1280, 720],
  [1280, 800],
  [1920, 1080],
] as const
const LANGUAGES = [
  ['pt-BR', 'English'],
  ['en', 'Português'],
] as const
const TWO = ['retry', 'retry+breaker']
const FIVE = ['none', 'retry(2)', 'breaker(threshold=15)', 'retry+breaker', 'retry+breaker+cache']
const VERDICT = 'The breaker made 73 % fewer doomed calls and answered as often. It hid the outage from nobody.'

/** Columns at both edges of a chart on which an axis would write what does not fit; true where one is inked. */
const CUT = `[...document.querySelectorAll('.plot canvas')].flatMap(canvas => {
  const pen = canvas.getContext('2d')
  return [0, canvas.width - 1].flatMap(x => {
    const { data } = pen.getImageData(x, 0, 1, canvas.height)
    return data.some((value, index) => index % 4 === 3 && value > 0) ? [canvas.closest('figure').dataset.chart + ' ' + x] : []
  })
})`

/** A run that is told anew at each look, as its publisher would: a silent one is lost. */
async function begin(test: TestContext, names: readonly string[]) {
  const server = await startTestServer(test, { settings: { failRate: 30 } })
  const call = control(server)
  await call('POST', '/chaos/live', {
    run: { id: 'r', title: `compare: ${names.join(', ')}`, arms: names.map(name => ({ name })) },
  })
  let step = 0
  const tell = () => {
    step += 1
    const arms = names.map((name, index) => ({
      name,
      success: 1_999,
      failed: 1,
      shortCircuited: 0,
      fromCache: 0,
      calls: 2_000 + index,
      wasted: 1,
      ...(name.includes('breaker') ? { states: [{ atMs: step * 300, state: step % 2 ? 'half-open' : 'open' }] } : {}),
      p50: 41,
      p95: 1_234,
    }))
    return call('POST', '/chaos/live', { progress: { id: 'r', atMs: step * 300, arms } })
  }
  await tell()
  return { server, call, tell }
}

/** What lies over what at every size, in both languages, and back to the first of them; the page is told of one more step at each. */
async function look(page: Page, tell: () => Promise<unknown>): Promise<string[]> {
  const found: string[] = []
  for (const [language, other] of LANGUAGES) {
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height })
      await tell()
      await page.waitForTimeout(350)
      const cut = (await page.evaluate(CUT)) as string[]
      found.push(
        ...[...(await overlaps(page)), ...cut.map(where => `cut off: ${where}`)].map(
          text => `${width} ${language} ${text}`,
        ),
      )
    }
    await page.getByRole('button', { name: other }).click()
  }
  return found
}

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

    it(`shows ${word} arms in presenter mode`, async test => {
      const { server, tell } = await begin(test, names)
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
  }

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
