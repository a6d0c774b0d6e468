/** Kept runs in a real browser: what a stranger posted is shown and does nothing, and a report shows its charts. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { renderHtml } from '../../cli/report/html/html.ts'
import type { Result } from '../../cli/report/result.ts'
import { outage } from '../cli/report/sample-results.ts'
import { kept } from '../cli/runs/samples.ts'
import { control } from '../support/control.ts'
import { listen } from '../support/listen.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'

/** Each leaves a mark on whatever page it runs in. */
const LINE = `"><script>document.title='owned'</script><img src=x onerror="document.title='owned'">`
const ATTACK = `${LINE}
<svg onload="document.title='owned'"></svg><iframe srcdoc="<script>parent.document.title='owned'</script>"></iframe>
<a id=link href="javascript:document.title='owned'">x</a><meta http-equiv=refresh content="0;url=/?owned">
<form id=form action="/chaos/reset" method=post><button id=button>x</button></form><base href="http://127.0.0.1:9/">`

const hostile = (): Result => {
  const whole = kept('2026-01-01T00:00:00.000Z')
  const arms = outage.arms.map((arm, index) => ({ ...arm, name: `${ATTACK}${index}` }))
  return { ...whole, title: LINE, target: `http://x/${ATTACK}`, seed: LINE, arms }
}

describe('a kept run', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  it('of a stranger runs nothing, loads nothing and submits nothing, in an origin of its own', async test => {
    const server = await startTestServer(test, { settings: { failRate: 70 } })
    const call = control(server)
    const html = `<!doctype html><title>mine</title>${ATTACK}`
    const { id } = (await call('POST', '/runs', { result: hostile(), html })).body
    await call('PUT', '/chaos/fail-rate', { failRate: 71 })
    const { page, origins } = await openPage(test, browser, `${server.url}/runs/${id}?format=html`)
    await page.locator('#link').click()
    await page.locator('#button').click()
    await page.waitForTimeout(300)
    assert.equal(await page.title(), 'mine')
    assert.equal(page.url(), `${server.url}/runs/${id}?format=html`)
    assert.deepEqual([...origins], [server.url])
    assert.equal((await call('GET', '/chaos/fail-rate')).body.failRate, 71)
  })

  it('owns an ordinary page with the same markup, so that the test above means something', async test => {
    const page = `<!doctype html><title>mine</title>${ATTACK.replace('<meta http-equiv=refresh', '<meta name=refresh')}`
    const url = await listen(
      createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(page)),
      test,
    )
    const opened = await openPage(test, browser, url)
    assert.equal(await opened.page.title(), 'owned')
  })

  it('with markup for names is text in its report and in the list of the console', async test => {
    const server = await startTestServer(test)
    const result = hostile()
    const { id } = (await control(server)('POST', '/runs', { result, html: renderHtml(result) })).body
    const report = await openPage(test, browser, `${server.url}/runs/${id}?format=html`)
    assert.ok((await report.page.locator('h1').textContent())?.includes('<script>'))
    assert.equal(await report.page.locator('script, img, iframe, form, base').count(), 0)
    const list = await openPage(test, browser, `${server.url}/#runs`)
    await list.page.locator('.runs-table tbody tr').first().waitFor()
    assert.ok((await list.page.locator('.runs-table').textContent())?.includes('<script>'))
    assert.equal(await list.page.locator('.runs-table :is(script, img, iframe, form)').count(), 0)
    for (const { page } of [report, list]) assert.doesNotMatch(await page.title(), /^owned$/)
  })

  it('is found by its name, and its figures have their words on a phone, too', async test => {
    const server = await startTestServer(test)
    const { id } = (await control(server)('POST', '/runs', { result: kept('2026-01-01T00:00:00.000Z') })).body
    const { page } = await openPage(test, browser, `${server.url}/#runs`)
    await page.getByRole('rowheader', { name: id, exact: true }).waitFor()
    assert.ok(!(await page.locator('.cell-label').first().isVisible()))
    for (const [locale, words] of [
      ['en-GB', ['Requests: ', 'Useful: ']],
      ['pt-BR', ['Pedidos: ', 'Úteis: ']],
    ] as const) {
      const phone = await openPage(test, browser, `${server.url}/#runs`, {
        locale,
        viewport: { width: 390, height: 844 },
      })
      await phone.page.getByText(id, { exact: true }).waitFor()
      const labels = phone.page.locator('.cell-label')
      assert.deepEqual((await labels.allTextContents()).slice(1, 3), words)
      assert.ok(await labels.first().isVisible())
      assert.deepEqual(await overlaps(phone.page), [])
    }
  })

  it('shows its charts under the policy that it is served with, and opens from the list', async test => {
    const server = await startTestServer(test)
    const result = { ...kept('2026-01-01T00:00:00.000Z'), arms: [...outage.arms], trouble: [...outage.trouble] }
    await control(server)('POST', '/runs', { result, html: renderHtml(result) })
    const { page, complaints } = await openPage(test, browser, `${server.url}/#runs`)
    const [opened] = await Promise.all([
      page.context().waitForEvent('page'),
      page.locator('.runs-table .run-report').first().click(),
    ])
    await opened.waitForLoadState()
    const chart = await opened.locator('figure svg').first().boundingBox()
    assert.ok(chart && chart.width > 300 && chart.height > 50)
    const colour = await opened.evaluate('getComputedStyle(document.body).backgroundColor')
    assert.notEqual(colour, 'rgba(0, 0, 0, 0)')
    assert.deepEqual(complaints, [])
  })
})
