/** What if: sliders that are moved by keys and by a drag, and the figures of a simulator beside the last live run. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openExperimentPort } from '../../cli/experiment-port/port.ts'
import { systemClock } from '../../server/lib/clock.ts'
import type { ServerOptions } from '../../server/server.ts'
import { chaos, documentOf } from '../cli/harness.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'
import { openStage } from './staged.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const port = () =>
  openExperimentPort({
    ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
    usualUrl: new URL('http://127.0.0.1:8000'),
  })

/** The cells of a measure: value, span of days and last run of each arm. */
const cells = (page: Page, measure: string) =>
  page.locator(`tbody[data-measure="${measure}"] tr[data-arm] td.num`).allInnerTexts()

/** Resolves when the distribution of what the sliders say is there. */
async function worked(page: Page): Promise<void> {
  await page.locator('.what-if[data-whole]').waitFor()
}

/** Texts of the panel that are cut off, and whether it is wider than its place. */
const CUT = `(() => {
  const panel = document.querySelector('.what-if')
  const wide = panel.scrollWidth > panel.clientWidth ? ['the panel'] : []
  return wide.concat([...panel.querySelectorAll('th, td, label, output, button')]
    .filter(element => element.scrollWidth > element.clientWidth + 1).map(element => element.textContent))
})()`

describe('what if', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  const open = async (test: Parameters<typeof openStage>[0], more: ServerOptions = {}) => {
    const { server, publish } = await openStage(test, { experiments: port(), ...more })
    await publish({ names: ['none', 'breaker'] })
    const { page, complaints, origins } = await openPage(test, browser, server.url)
    await page.locator('.host-buttons:not([hidden])').waitFor()
    return { server, page, complaints, origins }
  }

  it('answers keys with the figures that the command line prints', async test => {
    const { server, page, complaints, origins } = await open(test)
    await page.keyboard.press('w')
    await worked(page)
    const before = await cells(page, 'wasted')
    const [useful = ''] = await cells(page, 'useful')
    assert.match(useful, /^8\d %$/)
    assert.deepEqual((await cells(page, 'useful'))[2], '50 %', 'the last run')
    for (const key of ['Tab', 'Tab', 'Tab', 'ArrowRight', 'ArrowRight', 'Tab', 'End']) await page.keyboard.press(key)
    await worked(page)
    assert.notDeepEqual(await cells(page, 'wasted'), before)

    const line = await page.locator('.what-command').innerText()
    const words = line
      .replace(/^npx chaos /, '')
      .replaceAll("'", '')
      .split(' ')
    const result = documentOf(await chaos([...words, '--json']))
    const shown = (await cells(page, 'wasted')).map(text => text.split(' to ').map(Number))
    assert.match(line, /retry\(2\).* --fail-rate 100 /)
    result.arms.forEach((arm, index) => {
      const { low = Number.NaN, high = Number.NaN } = result.otherDays?.arms[index]?.wasted ?? {}
      const tenths = (calls: number) => Math.round(calls * 2) / 10
      assert.deepEqual(shown[3 * index], [tenths(arm.upstream.wasted)], arm.name)
      assert.deepEqual(shown[3 * index + 1], [tenths(low), tenths(high)], arm.name)
    })
    assert.equal(server.chaos.settings().failRate, 0, 'nothing was changed')
    await page.keyboard.press('Escape')
    await page.locator('.what-if').waitFor({ state: 'hidden' })
    assert.equal(await page.evaluate('document.activeElement.className'), 'host-what')
    assert.deepEqual([[...origins], complaints], [[server.url], []])
  })

  it('follows a drag, and shows what the slider was let go at', async test => {
    const { page, complaints } = await open(test)
    await page.getByRole('button', { name: 'What if' }).click()
    const slider = page.getByLabel('Outage lasts')
    const box = await slider.boundingBox()
    assert.ok(box)
    const y = box.y + box.height / 2
    await page.mouse.move(box.x + box.width * 0.3, y)
    await page.mouse.down()
    for (let step = 0; step <= 20; step += 1) await page.mouse.move(box.x + box.width * (0.3 + 0.035 * step), y)
    await page.mouse.up()
    await worked(page)
    assert.equal(await slider.inputValue(), '10000')
    const [useful = ''] = await cells(page, 'useful')
    assert.match(useful, /^5\d %$/, 'ten of twenty seconds')
    assert.deepEqual(complaints, [])
  })

  it('is for attendees of a locked server too, who may change nothing', async test => {
    const server = await startTestServer(test, { experiments: port(), token: 'of-the-host', openSessions: true })
    const { page } = await openPage(test, browser, server.url)
    await page.locator('.host-buttons:not([hidden])').waitFor()
    await page.keyboard.press('w')
    await worked(page)
    await page.keyboard.press('Escape')
    await page.locator('body').press('b')
    await page.locator('.locked:not([hidden])').waitFor()
    assert.equal(server.chaos.settings().failRate, 0)
  })

  it('fits a phone and a projector in both languages, and axe has nothing against it', async test => {
    const { page } = await open(test)
    for (const presents of [false, true]) {
      if (presents) await page.keyboard.press('p')
      for (const name of ['What if', 'E se']) {
        await page.getByRole('button', { name, exact: true }).click()
        await page.locator('.what-if[open]').waitFor()
        for (const [width, height] of [
          [1280, 720],
          [390, 844],
        ] as const) {
          await page.setViewportSize({ width, height })
          await page.waitForTimeout(100)
          assert.deepEqual(await page.evaluate(CUT), [], `${width} ${name} ${presents}`)
        }
        await page.evaluate(AXE)
        const violations = (await page.evaluate('axe.run().then(result => result.violations)')) as { id: string }[]
        assert.deepEqual(
          violations.map(({ id }) => id),
          [],
        )
        await page.keyboard.press('Escape')
        await page.locator('body').press('l')
      }
    }
  })
})
