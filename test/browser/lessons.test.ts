/** A lesson on the page, by the keyboard alone: list, guess, run, answer, next step, in both languages. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openExperimentPort } from '../../cli/experiment-port/port.ts'
import { systemClock } from '../../server/lib/clock.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found = (await page.evaluate('axe.run().then(result => result.violations)')) as {
    id: string
    nodes: { html: string }[]
  }[]
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** A server that runs experiments, set to something that no lesson may be disturbed by. */
const serve = (test: { after(close: () => Promise<void>): void }) =>
  startTestServer(test, {
    settings: { failRate: 70 },
    experiments: openExperimentPort({
      ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
      usualUrl: new URL('http://127.0.0.1:8000'),
    }),
  })

describe('a lesson on the page', { skip, timeout: 180_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  it('is played with keys: a guess, a run, the answer, the next step', async test => {
    const server = await serve(test)
    const { page, complaints } = await openPage(test, browser, `${server.url}/#lesson=all-is-well`)
    const panel = page.locator('.lesson')
    await panel.getByText('1. All is well (1/2)').waitFor()
    assert.deepEqual(await violations(page), [])
    await page.keyboard.press('2')
    assert.equal(await panel.locator('[aria-pressed="true"]').innerText(), '2\nmost, but not all')
    await page.keyboard.press('1')
    await page.keyboard.press('ArrowRight')
    await panel.getByText('That is how you guessed it.').waitFor({ timeout: 60_000 })
    assert.match(await panel.locator('[data-right]').innerText(), /all of them/)
    await panel.getByText('Every request is one call').waitFor()
    assert.deepEqual(await violations(page), [])
    await page.keyboard.press('ArrowRight')
    await panel.getByText('1. All is well (2/2)').waitFor()
    await page.keyboard.press('l')
    await panel.getByText('1. Tudo vai bem (2/2)').waitFor()
    await page.keyboard.press('2')
    await page.keyboard.press('ArrowRight')
    await panel.getByText('Executando …').waitFor()
    // A machine that is busy may show something else, and the page then says so.
    await panel
      .getByText(/Seu palpite foi outro\. Foi: os dois iguais\.|Foi: breaker|Foi o seu palpite|nenhuma das respostas/)
      .waitFor({ timeout: 60_000 })
    await page.keyboard.press('ArrowRight')
    await panel.getByText('2. FAIL_RATE 70 (1/2)').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Lições' }).waitFor()
    assert.equal(await page.locator('.lesson-list a').count(), 11)
    assert.deepEqual(await violations(page), [])
    assert.equal(server.chaos.settings().failRate, 70)
    assert.deepEqual(complaints, [])
  })

  it('says that there is none of that name, and fits on a phone', async test => {
    const server = await serve(test)
    const { page } = await openPage(test, browser, `${server.url}/#lesson=nothing`, {
      viewport: { width: 390, height: 844 },
      colorScheme: 'light',
    })
    await page.getByText('There is no lesson nothing.').waitFor()
    await page.goto(`${server.url}/#lesson=outage/2`)
    await page.getByText('6. The outage: what a breaker is for (2/2)').waitFor()
    assert.deepEqual(await violations(page), [])
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
  })
})
