/** A walk through the console in Firefox: every view, a change, the stage, a comparison, what if, and the reasons. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'puppeteer-core'
import { openExperimentPort } from '../../cli/experiment-port/port.ts'
import { systemClock } from '../../server/lib/clock.ts'
import { kept } from '../cli/runs/samples.ts'
import { launchFirefox, skip } from './firefox.ts'
import { openStage } from './staged.ts'

describe('the console in Firefox', { skip, timeout: 300_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launchFirefox()
  })
  after(() => browser?.close())

  it('is walked through, and complains of nothing', async test => {
    const experiments = openExperimentPort({
      ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
      usualUrl: new URL('http://127.0.0.1:8000'),
    })
    const { server, call, publish } = await openStage(test, { experiments })
    await call('POST', '/runs', { result: kept('2026-01-01T00:00:00.000Z') })
    await (await fetch(`${server.url}/catalogs/155568600`)).text()
    const page = await browser.newPage()
    const complaints: string[] = []
    const origins = new Set<string>()
    page.on('console', message => {
      if (['error', 'warn'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', error => complaints.push(String(error)))
    page.on('request', request => {
      const { protocol, origin } = new URL(request.url())
      // Its own parts are chrome: and resource:, which no network is asked for.
      if (/^(https?|wss?):$/.test(protocol)) origins.add(origin)
    })
    const see = (selector: string) => page.waitForSelector(selector, { visible: true })
    const says = (selector: string, text: string) =>
      page.waitForFunction(
        `[...document.querySelectorAll(${JSON.stringify(selector)})].some(each => each.textContent.includes(${JSON.stringify(text)}))`,
      )

    await page.goto(server.url)
    await see('.link-state[data-link="live"]')
    await page.keyboard.press('7')
    await says('.log', 'Fail rate 0 % → 70 %')
    assert.equal(server.chaos.settings().failRate, 70)
    await page.keyboard.press('0')

    await publish({ names: ['none', 'breaker'] })
    await see('.arms-table')
    await see('.host-buttons')
    await page.keyboard.press('w')
    await see('.what-if[data-whole]')
    const before = await page.$eval('.what-table', table => table.textContent)
    await page.keyboard.press('End')
    await see('.what-if:not([data-whole])').catch(() => null)
    await see('.what-if[data-whole]')
    assert.notEqual(await page.$eval('.what-table', table => table.textContent), before)
    await page.keyboard.press('Escape')

    await page.keyboard.press('p')
    await see('.stage[data-verdict]')
    await says('.stage-say', 'The breaker saved 90 % of the wasted calls')
    const inked = await page.evaluate(`[...document.querySelectorAll('.stage canvas')].every(canvas => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return data.some(value => value > 0)
    })`)
    assert.equal(inked, true, 'every canvas is drawn on')
    await page.keyboard.press('p')

    await page.keyboard.press('v')
    await see('.session-card')
    await page.keyboard.press('v')
    await see('.runs-table tbody tr')
    await page.keyboard.press('v')
    await says('.why-sentence', 'Served: the fail rate is 0 %, so nothing was drawn.')
    await page.keyboard.press('v')
    await page.keyboard.press('t')
    await page.keyboard.press('l')
    await says('.top', 'Ao vivo')

    await page.keyboard.press('Enter')
    await says('.host-go', 'Parar')
    await page.keyboard.press('s')
    await says('.host-go', 'Comparar agora')
    const { experiments: known } = (await call('GET', '/experiments')).body
    assert.deepEqual([known.length, known[0].state], [1, 'interrupted'])
    assert.deepEqual([complaints, [...origins]], [[], [server.url]])
  })
})
