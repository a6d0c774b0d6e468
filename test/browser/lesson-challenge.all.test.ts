/** Lesson 11 on the page: it has the client in the page's session judged, follows the exam, and shows the report. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { startClient } from '../support/steady-client.ts'
import { launch, openPage, skip } from './browser.ts'

describe('the lesson of the judge', { skip, timeout: 240_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  it('has the client of the page judged, and shows its report', async test => {
    const server = await startTestServer(test, { settings: { failRate: 30 } })
    server.chaos.control.create({
      id: 'ana',
      startsInMs: 0,
      clockOf: undefined,
      pinned: true,
      owner: null,
      client: null,
    })
    const { page } = await openPage(test, browser, `${server.url}/?session=ana#lesson=own-client/2`)
    const panel = page.locator('.lesson')
    await panel.getByRole('button', { name: 'Judge the client in ana' }).waitFor()
    startClient(test, server.url, 'ana')
    await page.keyboard.press('ArrowRight')
    await panel.getByText('waiting for 20 starts a second').waitFor()
    await panel.locator('.challenge-report li').first().waitFor({ timeout: 180_000 })
    assert.match(
      await panel.locator('.challenge-report').innerText(),
      /F\s+Outage 0:06\s+you never stopped: \d+ calls failed/,
    )
    assert.equal(server.chaos.control.sessions.get('ana')?.observer, null)
    await page.keyboard.press('ArrowRight')
    await panel.getByText('(3/3)').waitFor()
    const { body } = await control(server)('GET', '/challenges')
    assert.equal(body.challenges.length, 1)
  })

  it('takes back what it set when the lesson is left', async test => {
    const server = await startTestServer(test, { settings: { failRate: 30 } })
    const { page } = await openPage(test, browser, `${server.url}/#lesson=own-client/2`)
    const panel = page.locator('.lesson')
    await panel.getByRole('button', { name: 'Judge the client in default' }).click()
    await panel.getByText('waiting for 20 starts a second').waitFor()
    assert.equal(server.chaos.settings().failRate, 0)
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Lessons' }).waitFor()
    while (server.chaos.settings().failRate !== 30) await page.waitForTimeout(50)
  })
})
