/** A lesson on the page, by the keyboard alone: list, guess, run, answer, next step, in both languages. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openExperimentPort } from '../../cli/experiment-port/port.ts'
import { systemClock } from '../../server/lib/clock.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, ready, skip } from './browser.ts'

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

describe('the address to join', { skip, timeout: 60_000 }, () => {
  it('is that of the network, also where the host opened localhost', async test => {
    const browser = await launch()
    test.after(() => browser.close())
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, server.url)
    await page.route('**/', (route, request) =>
      request.headers().accept === 'application/json'
        ? route.fulfill({ json: { join: 'http://192.168.1.20:8000' } })
        : route.continue(),
    )
    await page.reload()
    await ready(page)
    await page.keyboard.press('p')
    await page.locator('.stage-invite strong', { hasText: '192.168.1.20:8000' }).waitFor()
    await page.locator('.stage-invite .qr-code svg').waitFor()
  })
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
    await panel
      .getByText('That is how you guessed it.')
      .waitFor({ timeout: 60_000 })
      .catch(async error => assert.fail(`${error}\n${await page.locator('body').innerText()}`))
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

  it('asks the room, whose votes are laid beside the result', async test => {
    const server = await startTestServer(test, {
      ...{ token: 'of-the-host', openSessions: true },
      experiments: openExperimentPort({
        ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
        usualUrl: new URL('http://127.0.0.1:8000'),
      }),
    })
    const { page: phone, complaints } = await openPage(test, browser, server.url, {
      viewport: { width: 390, height: 844 },
    })
    const { page: host } = await openPage(test, browser, `${server.url}/#lesson=all-is-well`, { locale: 'en-US' })
    await host.evaluate(
      "sessionStorage.setItem('flaky-catalog.token', 'of-the-host'); sessionStorage.setItem('token', 'of-the-host')",
    )
    await host.reload()
    await host.getByText('1. All is well (1/2)').waitFor()
    await host.keyboard.press('a')
    const poll = phone.locator('.poll')
    await poll.getByText('How many of the 100 requests get their product?').waitFor()
    assert.deepEqual(await violations(phone), [])
    await poll.getByRole('button', { name: 'fewer than half' }).click()
    await poll.getByText('Votes: 1.').waitFor()
    await poll.getByRole('button', { name: 'all of them' }).click()
    await poll.locator('[aria-pressed="true"]', { hasText: 'all of them' }).waitFor()
    await host
      .locator('.lesson-choice', { hasText: 'all of them' })
      .getByText(/1 \(100\s%\)/)
      .waitFor()
    assert.ok(await host.locator('.poll').isHidden())
    await host.keyboard.press('ArrowRight')
    await host.getByText('The answer: all of them.').waitFor({ timeout: 60_000 })
    await poll.getByText('Votes: 1. It was: all of them.').waitFor()
    assert.deepEqual(await violations(host), [])
    // A vote without a session is refused once; then the phone has one.
    assert.ok(
      complaints.every(text => text.includes('401')),
      complaints.join(),
    )
  })

  it('has the host ask something else, say what came true, and remove it', async test => {
    const server = await startTestServer(test)
    const { page, complaints } = await openPage(test, browser, `${server.url}/#lessons`)
    await page.getByText('Ask the room something else').click()
    await page.getByRole('textbox', { name: 'Question' }).fill('<b>Who is hungry?</b>')
    await page.getByRole('textbox', { name: 'Answers' }).fill('I am\n\nI am not')
    await page.getByRole('button', { name: 'Ask the room' }).click()
    await page.locator('.poll').getByText('<b>Who is hungry?</b>').waitFor()
    await page.locator('.poll').getByRole('button', { name: 'I am not' }).click()
    await page.locator('.poll').getByText('Votes: 1.').waitFor()
    assert.deepEqual(await violations(page), [])
    await page.locator('.asked').getByRole('button', { name: 'I am not' }).click()
    await page.getByText('Votes: 1. It was: I am not.').waitFor()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await page.locator('.poll').waitFor({ state: 'hidden' })
    assert.deepEqual(complaints, [])
  })

  it('leads to a client of one’s own, with the session filled in', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, `${server.url}/?session=ana`, {
      viewport: { width: 390, height: 844 },
    })
    await fetch(`${server.url}/chaos/sessions`, {
      method: 'POST',
      body: '{"id":"ana"}',
      headers: { 'content-type': 'application/json' },
    })
    await page.reload()
    await page.waitForSelector('.link-state[data-link="live"]')
    await page.getByText('A client of your own').click()
    await page.locator('.client-code', { hasText: '"X-Chaos-Session": "ana"' }).waitFor()
    await page.getByLabel('Language').selectOption('curl')
    await page.locator('.client-code', { hasText: `${server.url}/catalogs/` }).waitFor()
    assert.deepEqual(await violations(page), [])
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
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
