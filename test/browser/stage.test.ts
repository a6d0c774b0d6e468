/** The stage: a run fills its own time axis, is told in words, replayed and pinned by keyboard alone. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openExperimentPort } from '../../cli/experiment-port/port.ts'
import { systemClock } from '../../server/lib/clock.ts'
import { kept } from '../cli/runs/samples.ts'
import { launch, openPage, skip } from './browser.ts'
import { faultsOf, openStage } from './staged.ts'

/** Whether the strip of each arm is inked at both of its ends. */
const FILLED = `[...document.querySelectorAll('.arm-strip canvas')].map(canvas => {
  const pen = canvas.getContext('2d')
  const inked = x => pen.getImageData(x, Math.floor(canvas.height / 3), 1, 1).data[3] > 0
  return inked(2) && inked(canvas.width - 3)
})`

async function present(page: Page): Promise<void> {
  await page.waitForSelector('.link-state[data-link="live"]')
  await page.keyboard.press('p')
}

describe('the stage', { skip, timeout: 180_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  for (const lengthMs of [3_000, 60_000]) {
    it(`fills its axis with a run of ${lengthMs / 1_000} s`, async test => {
      const { server, publish } = await openStage(test)
      await publish({ names: ['none', 'breaker'], lengthMs })
      const { page, origins } = await openPage(test, browser, server.url)
      await present(page)
      await page.locator('.stage[data-verdict]').waitFor()
      assert.deepEqual(await page.evaluate(FILLED), [true, true])
      assert.equal(await page.locator('.strip-tick').first().textContent(), '0 s')
      assert.deepEqual([...origins], [server.url])
    })
  }

  it('says what is broken and what the breaker does, and at the end what it saved and cost', async test => {
    const { server, call, publish } = await openStage(test, { settings: { failRate: 100 } })
    const id = await publish({ names: ['none', 'breaker'], atMs: 2_000, state: 'open' })
    const { page } = await openPage(test, browser, server.url)
    await present(page)
    const said = page.locator('.stage-say')
    await said.getByText('turns calls away').waitFor()
    assert.equal(await said.innerText(), 'The catalog is down.\n\nThe breaker turns calls away at once.')
    assert.deepEqual(
      [
        await said.getAttribute('role'),
        await said.getAttribute('aria-live'),
        await page.locator('.stage-sign strong').innerText(),
      ],
      ['status', 'polite', 'DOWN'],
    )
    assert.deepEqual(await page.locator('.stage-client').allInnerTexts(), ['Without breaker', 'With breaker'])
    await call('POST', '/chaos/live', { end: { id } })
    await page.locator('.stage[data-verdict]').waitFor()
    assert.equal(await said.innerText(), 'The breaker saved 90 % of the wasted calls\n\nand cost no answers.')
    assert.deepEqual(await page.locator('.stage-diff').allInnerTexts(), ['no difference', 'saves 90 %'])
  })

  it('draws a run without single requests from its counts, and says so', async test => {
    const { server, call } = await openStage(test)
    await call('POST', '/chaos/live', { run: { id: 'r', title: 'old', arms: [{ name: 'none' }] } })
    const counts = { success: 9, failed: 1, shortCircuited: 0, fromCache: 0, calls: 10, wasted: 1 }
    await call('POST', '/chaos/live', { progress: { id: 'r', atMs: 500, arms: [{ name: 'none', ...counts }] } })
    const { page } = await openPage(test, browser, server.url)
    await present(page)
    await page.getByText('dots from counts').waitFor()
  })

  it('gives who wants less motion a still, with the same words', async test => {
    const { server, publish } = await openStage(test, { settings: { failRate: 100 } })
    await publish({ names: ['none', 'breaker'], atMs: 2_000, state: 'open' })
    const { page } = await openPage(test, browser, server.url, { reducedMotion: 'reduce' })
    await present(page)
    await page.locator('.stage-say').getByText('turns calls away').waitFor()
    assert.deepEqual(await faultsOf(page), [])
  })

  it('keeps a comparison where a burst begins meanwhile, and shows a run that is pinned', async test => {
    const { server, publish } = await openStage(test)
    await publish({ names: ['none', 'breaker'], atMs: 2_000 })
    const { page } = await openPage(test, browser, server.url)
    await page.locator('.arms-table').waitFor()
    await publish({ names: ['retry'], atMs: 1_000 })
    await page.locator('.run-chip').nth(1).waitFor()
    assert.deepEqual(await page.locator('.arms-table .arm-name').allInnerTexts(), ['none', 'breaker'])
    await page.locator('.run-chip').first().focus()
    await page.keyboard.press('Enter')
    await page.locator('.run-chip[aria-pressed="true"]').waitFor()
    assert.deepEqual(await page.locator('.arms-table .arm-name').allInnerTexts(), ['retry'])
    await page.locator('body').press('i')
    await page.locator('.run-chip[aria-pressed="true"]').waitFor({ state: 'detached' })
    assert.deepEqual(await page.locator('.arms-table .arm-name').allInnerTexts(), ['none', 'breaker'])
  })

  it('starts, follows and stops a comparison by keyboard alone', async test => {
    const experiments = openExperimentPort({
      ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
      usualUrl: new URL('http://127.0.0.1:8000'),
    })
    const { server, call } = await openStage(test, { experiments, settings: { failRate: 100 } })
    const { page, complaints, origins } = await openPage(test, browser, server.url)
    await present(page)
    await page.locator('.host-buttons:not([hidden])').waitFor()
    await page.locator('body').press('Enter')
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    await page.locator('.stage-say').getByText('The catalog is down.').waitFor()
    await page.locator('body').press('s')
    await page.getByRole('button', { name: 'Compare now' }).waitFor()
    const { experiments: known } = (await call('GET', '/experiments')).body
    assert.deepEqual([known.length, known[0].state, known[0].arms], [1, 'interrupted', ['none', 'breaker']])
    assert.deepEqual([[...origins], complaints], [[server.url], []])
  })

  it('shows the requests of everybody while no run plays, and a run takes their place', async test => {
    const { server, publish } = await openStage(test, { settings: { failRate: 100 } })
    const { page } = await openPage(test, browser, server.url)
    await present(page)
    await page.locator('.stage[data-idle]').waitFor()
    for (let request = 0; request < 7; request += 1) await (await fetch(`${server.url}/catalogs/155568600`)).text()
    await page.locator('.stage-client').getByText('Everybody').waitFor()
    await page.locator('.stage-pair').last().getByText('7').waitFor()
    assert.equal(await page.locator('.stage-gate').count(), 0)
    assert.equal(await page.locator('.stage-sign strong').innerText(), 'DOWN')
    assert.deepEqual(await faultsOf(page), [])
    await publish({ names: ['none', 'breaker'], atMs: 2_000 })
    await page.locator('.stage-gate').waitFor()
  })

  it('has more room where the bar below is hidden, until presenter mode ends', async test => {
    const experiments = openExperimentPort({
      ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
      usualUrl: new URL('http://127.0.0.1:8000'),
    })
    const { server } = await openStage(test, { experiments })
    const { page } = await openPage(test, browser, server.url)
    const bar = page.locator('.host-buttons')
    await bar.waitFor()
    await page.keyboard.press('h')
    await present(page)
    await bar.waitFor()
    const before = await page.locator('.stage').boundingBox()
    await page.keyboard.press('h')
    await bar.waitFor({ state: 'hidden' })
    const bare = await page.locator('.stage').boundingBox()
    assert.ok(before && bare && bare.height > before.height + 50)
    await page.keyboard.press('p')
    await bar.waitFor()
  })

  it('replays a kept run from its link, by keyboard alone', async test => {
    const { server, call } = await openStage(test)
    const { id } = (await call('POST', '/runs', { result: kept('2026-01-01T00:00:00.000Z') })).body
    const { page } = await openPage(test, browser, `${server.url}/#run=${id}`)
    const scrub = page.locator('.replay-scrub')
    await page.locator('.replay-name').getByText(id).waitFor()
    await page.keyboard.press('r')
    await page.getByRole('button', { name: 'Play' }).waitFor()
    await scrub.focus()
    await page.keyboard.press('End')
    await page.locator('.stage[data-verdict]').waitFor()
    await page.keyboard.press('Home')
    await page.locator('.stage:not([data-verdict])').waitFor()
    await page.getByRole('button', { name: '4×' }).press('Enter')
    assert.equal(await page.getByRole('button', { name: '4×' }).getAttribute('aria-pressed'), 'true')
    assert.deepEqual(await faultsOf(page).then(faults => faults.filter(fault => !/ is \d/.test(fault))), [])
    await page.keyboard.press('Escape')
    await page.locator('.live').waitFor()
  })
})
