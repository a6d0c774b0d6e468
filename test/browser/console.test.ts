/** The web console in a real browser, against a real server. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openPublisher } from '../../cli/control/live-publisher.ts'
import { systemClock } from '../../server/lib/clock.ts'
import { noCounts } from '../../server/runs/counters.ts'
import { startServer } from '../../server/server.ts'
import { control } from '../support/control.ts'
import { openEvents } from '../support/event-stream.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'

const rateOf = async (url: string) =>
  ((await (await fetch(`${url}/chaos/fail-rate`)).json()) as { failRate: number }).failRate
const live = (page: Page) => page.waitForSelector('.link-state[data-link="live"]')
const field = (page: Page) => page.locator('#rate-field')
const show = (page: Page, rate: string) =>
  page.waitForFunction(wanted => document.querySelector('#rate-field')?.value === wanted, rate)

/** What functions see that run in the page: its types are not those of Node. */
declare const document: { querySelector(selector: string): { value?: string } | null }
declare const location: { hash: string }

/** What has the focus, and whether an outline shows it. */
const FOCUS = `(() => {
  const element = document.activeElement
  if (element === document.body) return null
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  return { name: element.tagName + ' ' + element.className, seen: outlineStyle !== 'none' && outlineWidth !== '0px' }
})()`

describe('the web console', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  it('changes the rate with the slider, and another client sees it at once', async test => {
    const server = await startTestServer(test, { settings: { failRate: 10 } })
    const [one, two] = [await openPage(test, browser, server.url), await openPage(test, browser, server.url)]
    const stream = await openEvents(`${server.url}/chaos/events`)
    test.after(() => stream.close())
    await Promise.all([show(one.page, '10'), show(two.page, '10')])
    const track = await one.page.locator('#rate-slider').boundingBox()
    assert.ok(track)
    await one.page.mouse.move(track.x + track.width * 0.12, track.y + track.height / 2)
    await one.page.mouse.down()
    for (const share of [0.3, 0.5, 0.7])
      await one.page.mouse.move(track.x + track.width * share, track.y + track.height / 2)
    await one.page.mouse.up()
    const rate = await field(one.page).inputValue()
    assert.ok(Math.abs(Number(rate) - 70) <= 3, rate)
    await show(two.page, rate)
    const { data } = await stream.until('settings', event => event.data.settings.failRate === Number(rate))
    assert.equal(data.origin.source, 'web')
    assert.equal(await rateOf(server.url), Number(rate))
    await two.page.getByText(`→ ${rate} %`).first().waitFor()
  })

  it('shows what others change: the number, the slider and the log with who did it', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, server.url)
    await show(page, '0')
    await fetch(`${server.url}/chaos/fail-rate`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-chaos-origin': 'cli' },
      body: '{"failRate":0.5}',
    })
    await show(page, '0.5')
    assert.equal(await page.locator('#rate-slider').getAttribute('aria-valuetext'), '0.5 %')
    assert.match(
      (await page.locator('.log-list li').first().textContent()) ?? '',
      /Fail rate 0 % → 0\.5 % by a command line/,
    )
    assert.match((await page.locator('#rate-by').textContent()) ?? '', /set by a command line/)
  })

  it('takes a number, refuses a bad one with a sentence, and sets presets', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, server.url)
    await show(page, '0')
    await field(page).fill('33.3')
    await field(page).press('Enter')
    await page.waitForSelector('.log-list li')
    assert.equal(await rateOf(server.url), 33.3)
    await field(page).fill('140')
    await field(page).press('Enter')
    await page.getByText('A number from 0 to 100').waitFor()
    assert.equal(await field(page).getAttribute('aria-invalid'), 'true')
    assert.equal(await rateOf(server.url), 33.3)
    await page.getByRole('button', { name: '70', exact: true }).click()
    await show(page, '70')
    await page.locator('.preset[aria-pressed="true"]', { hasText: '70' }).waitFor()
  })

  it('pulls the plug and puts it back', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, server.url)
    await live(page)
    await page.getByRole('button', { name: 'Pull the plug for 10 s' }).click()
    await page.getByText(/Catalog is down, back in \d+ s/).waitFor()
    assert.equal((await fetch(`${server.url}/catalogs`)).status, 503)
    await page.getByRole('button', { name: 'Plug it back in' }).click()
    await page.getByRole('button', { name: 'Pull the plug for 10 s' }).waitFor()
    assert.equal((await fetch(`${server.url}/catalogs`)).status, 200)
    await page.getByText('Outage ended').waitFor()
  })

  it('plays a scenario and stops it', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, server.url)
    await page.locator('#scenario-choice option[value="blackout"]').waitFor({ state: 'attached' })
    await page.locator('#scenario-choice').selectOption('blackout')
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText('Scenario blackout started').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Scenario blackout ended').waitFor()
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor()
  })

  it('animates the arms of a published run, and half-open stays lit', async test => {
    const server = await startTestServer(test)
    const { page, complaints } = await openPage(test, browser, server.url)
    await live(page)
    await page.getByText('No run yet').waitFor()
    const publisher = openPublisher({ url: new URL(server.url), clock: systemClock })
    publisher.start({
      id: 'r',
      title: 'compare none, breaker',
      arms: [{ name: 'none' }, { name: 'breaker' }],
      load: {},
    })
    const arm = (
      name: string,
      success: number,
      failed: number,
      states: { atMs: number; state: 'closed' | 'open' | 'half-open' }[],
    ) => ({
      name,
      success,
      failed,
      shortCircuited: 0,
      fromCache: 0,
      calls: success + failed,
      wasted: failed,
      states,
    })
    const states: { atMs: number; state: 'closed' | 'open' | 'half-open' }[] = [{ atMs: 0, state: 'closed' }]
    const seen = new Set<string>()
    for (let step = 1; step <= 6; step += 1) {
      if (step === 2) states.push({ atMs: 500, state: 'open' })
      if (step === 4) states.push({ atMs: 1_000, state: 'half-open' }, { atMs: 1_001, state: 'open' })
      publisher.progress(step * 300, [arm('none', step * 7, step * 3, []), arm('breaker', step * 10, 0, [...states])])
      await page.waitForTimeout(300)
      seen.add((await page.locator('.arms-table [data-row="success"] td').last().textContent()) ?? '')
      if (step === 4) await page.locator('.circuit[data-state="half-open"] .lamp-half-open[data-lit]').waitFor()
    }
    await page.locator('.circuit[data-state="open"] .lamp-open[data-lit]').waitFor()
    await publisher.end(2_000, [arm('none', 70, 30, []), arm('breaker', 100, 0, states)], { verdict: 'It helped.' })
    await page.locator('.verdict').getByText('It helped.').waitFor()
    assert.ok(seen.size >= 4, `only ${[...seen]} were shown`)
    assert.deepEqual(await page.locator('.arms-table .share').allTextContents(), ['70 %', '100 %'])
    assert.equal(await page.locator('[data-chart="arm"]').count(), 2)
    assert.deepEqual(complaints, [])
  })

  it('lists what happened during a run, in the language of the page, while it plays and when it is over', async test => {
    const server = await startTestServer(test)
    const { page, complaints } = await openPage(test, browser, server.url)
    await live(page)
    const call = control(server)
    const publisher = openPublisher({ url: new URL(server.url), clock: systemClock })
    const arms = ['none', 'breaker'].map(name => ({ name, ...noCounts(), states: [] }))
    publisher.start({
      id: 'r',
      title: 'compare none, breaker',
      arms: [{ name: 'none' }, { name: 'breaker' }],
      load: {},
    })
    await page.locator('.arms[data-status="running"]').waitFor()
    const lines = page.locator('.run-changes li')
    const tell = async (text: RegExp) => {
      for (let atMs = 300; (await lines.filter({ hasText: text }).count()) === 0; atMs += 300) {
        publisher.progress(atMs, arms)
        await page.waitForTimeout(300)
      }
    }
    const playing = await call('POST', '/chaos/scenarios/blackout/runs')
    assert.equal(playing.status, 201)
    await tell(/blackout$/)
    await page.getByRole('heading', { name: 'During this run' }).waitFor()
    await call('PUT', '/chaos/fail-rate', { failRate: 30 })
    await tell(/Fail rate/)
    await call('POST', '/chaos/outages', { for: '200ms' })
    await tell(/Outage ended/)
    await publisher.end(5_000, arms)
    await page.locator('.arms[data-status="ended"]').waitFor()
    const told = (await lines.allTextContents()).map(text => text.replaceAll('\u00a0', ' '))
    for (const line of [/^\d\.\d sblackout$/, /^\d\.\d sFail rate 0 % → 30 %/, /^\d\.\d sOutage began/]) {
      assert.ok(
        told.some(text => line.test(text)),
        `${line} in ${told.join('; ')}`,
      )
    }
    assert.ok(told.length <= 6, told.join('; '))
    await page.getByRole('button', { name: 'Português' }).click()
    await page.getByRole('heading', { name: 'Durante esta execução' }).waitFor()
    const [first = ''] = await lines.allTextContents()
    assert.match(first, /^\d+,\d\ss/)
    assert.equal(await lines.count(), told.length)
    assert.deepEqual(await overlaps(page), [])
    assert.deepEqual(complaints, [])
  })

  it('keeps its history when the server is started again, and connects by itself', async test => {
    const first = await startServer()
    const { page } = await openPage(test, browser, first.url)
    await live(page)
    await page.locator('[data-chart="answers"] summary').click()
    for (let i = 0; i < 20; i += 1) await (await fetch(`${first.url}/catalogs`)).text()
    const told = async () => {
      const counts = await page.locator('[data-chart="answers"] tbody tr td:nth-child(2)').allTextContents()
      return counts.reduce((sum, text) => sum + Number(text), 0)
    }
    for (let i = 0; i < 50 && (await told()) < 20; i += 1) await page.waitForTimeout(100)
    await first.close(0)
    await page.getByText('Connection lost', { exact: false }).first().waitFor()
    const second = await startServer({ port: first.port })
    test.after(() => second.close(0))
    await page.getByText('The server was started again').waitFor()
    await live(page)
    assert.equal(await told(), 20)
  })

  it('is worked by keys alone', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, server.url)
    await show(page, '0')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.className'), 'skip')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate('document.activeElement.id'), 'main')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.id'), 'rate-field')
    await page.keyboard.press('Tab')
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowRight')
    await show(page, '3')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await show(page, '30')
    await page.evaluate('document.activeElement.blur()')
    await page.keyboard.press('7')
    await show(page, '70')
    await page.keyboard.press('+')
    await show(page, '75')
    await page.keyboard.press('f')
    await show(page, '100')
    await page.keyboard.press('o')
    await page.getByText(/Catalog is down/).waitFor()
    await page.keyboard.press('o')
    await page.keyboard.press('p')
    assert.ok(await page.evaluate("document.documentElement.hasAttribute('data-presenter')"))
    await page.keyboard.press('Escape')
    assert.ok(await page.evaluate("!document.documentElement.hasAttribute('data-presenter')"))
    for (const view of ['#board', '#runs', '#why', '#lessons', '#live']) {
      await page.keyboard.press('v')
      await page.waitForFunction(hash => location.hash === hash, view)
    }
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.getByRole('switch').focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('Escape')
    await page.keyboard.press('3')
    await page.waitForTimeout(200)
    assert.equal(await field(page).inputValue(), '100')
    assert.equal(await rateOf(server.url), 100)
  })

  it('shows where the focus is, on every control', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, server.url)
    await show(page, '0')
    const blind = new Set<string>()
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press('Tab')
      const found = (await page.evaluate(FOCUS)) as { name: string; seen: boolean } | null
      if (found && !found.seen) blind.add(found.name)
    }
    assert.deepEqual([...blind], [])
  })

  it('speaks the language of the browser, and the other one', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, server.url, { locale: 'pt-BR' })
    await page.getByRole('heading', { name: 'Taxa de falha' }).first().waitFor()
    assert.equal(await page.evaluate('document.documentElement.lang'), 'pt-BR')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Fail rate' }).first().waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Fail rate' }).first().waitFor()
  })

  it('works in a session of its own, and comes back to it after a reload', async test => {
    const server = await startTestServer(test)
    const { page } = await openPage(test, browser, `${server.url}/#board`)
    await page.getByLabel('Name of the new session').fill('ana')
    await page.getByRole('button', { name: 'Open a session' }).click()
    await page.getByRole('button', { name: /^ana/ }).click()
    await show(page, '0')
    await page.getByRole('button', { name: '30', exact: true }).click()
    await page.getByText('Fail rate 0 % → 30 %').waitFor()
    assert.equal(await rateOf(server.url), 0)
    await page.reload()
    await show(page, '30')
    assert.equal(await page.locator('#session').inputValue(), 'ana')
  })

  it('asks for the token where a change needs one', async test => {
    const server = await startTestServer(test, { token: 'open-sesame' })
    const { page } = await openPage(test, browser, server.url)
    await show(page, '0')
    await page.getByRole('button', { name: '70', exact: true }).click()
    await page.getByLabel('Token', { exact: true }).fill('open-sesame')
    await page.getByRole('button', { name: 'Unlock' }).click()
    await live(page)
    await page.getByRole('button', { name: '30', exact: true }).click()
    await page.getByText('→ 30 %').waitFor()
    assert.equal(await rateOf(server.url), 30)
  })

  it('stays within its origin, and complains of nothing', async test => {
    const server = await startTestServer(test, { settings: { failRate: 30 } })
    const { page, origins, complaints } = await openPage(test, browser, server.url)
    await live(page)
    for (const key of ['p', 'p', 't', 't', 't', 'l', 'l', 'v', 'v', 'v', '?']) {
      await page.keyboard.press(key)
      await page.waitForTimeout(80)
    }
    for (let i = 0; i < 20; i += 1) await (await fetch(`${server.url}/catalogs`)).text()
    await page.waitForTimeout(600)
    assert.deepEqual([...origins], [server.url])
    // Kept runs may not be served: the browser itself reports the 404 that the page handles.
    assert.deepEqual(
      complaints.filter(text => !/\b404\b/.test(text)),
      [],
    )
  })
})
