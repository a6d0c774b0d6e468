/** A phone in the audience: what it needs is on the first screen, it can send by itself, and the stage has a code that it can scan. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import qrcode from 'qrcode-generator'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'
import { openStage } from './staged.ts'

const PHONE = { width: 390, height: 844 }

describe('a phone in the audience', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch('--host-resolver-rules=MAP room.example 127.0.0.1')
  })
  after(() => browser.close())

  for (const [locale, state, send] of [
    ['en-GB', '30 % of the calls fail, by chance.', 'Send 20 requests'],
    ['pt-BR', '30 % das chamadas falham, por acaso.', 'Enviar 20 pedidos'],
  ] as const) {
    it(`sees the state, the buttons, what it sent with why, and the verdict first, ${locale}`, async test => {
      const { server, call } = await openStage(test, { settings: { failRate: 30 } })
      await call('POST', '/chaos/live', { run: { id: 'r', title: 'compare', arms: [{ name: 'none' }] } })
      const verdict = 'The breaker made 73 % fewer doomed calls and answered as often. It hid the outage from nobody.'
      await call('POST', '/chaos/live', { end: { id: 'r', result: { verdict } } })
      const { page } = await openPage(test, browser, server.url, { locale, viewport: PHONE })
      await page.getByText(state).waitFor()
      await page.locator('.attendee-verdict:not(:empty)').waitFor()
      await page.getByRole('button', { name: send }).press('Enter')
      await page.locator('.attendee-result', { hasText: /^\d+ \w+ 20 /u }).waitFor()
      assert.equal((await call('GET', '/chaos/stats')).body.requests, 20)
      const order = ['.attendee-state', '.attendee-button', '.attendee-result', '.attendee-why', '.attendee-verdict']
      let above = 0
      for (const selector of order) {
        const box = await page.locator(selector).first().boundingBox()
        assert.ok(box && box.y >= above && box.y + box.height <= PHONE.height, `${selector} ${JSON.stringify(box)}`)
        above = box.y
      }
      assert.deepEqual(await overlaps(page), [])
      await page.setViewportSize({ width: 1280, height: 720 })
      assert.equal(await page.locator('.attendee-button').first().isVisible(), false)
    })
  }

  it('can send on a locked server, in the session that it looks at, and counts what does not come', async test => {
    const server = await startTestServer(test, { token: 'of-the-host', openSessions: true })
    await fetch(`${server.url}/chaos/sessions`, {
      ...{
        method: 'POST',
        body: JSON.stringify({ id: 'ana', settings: { failRate: 100, faults: [{ kind: 'reset' }] } }),
      },
      headers: { 'content-type': 'application/json', authorization: 'Bearer of-the-host' },
    })
    const { page } = await openPage(test, browser, `${server.url}/?session=ana`, { viewport: PHONE })
    await page.getByText('The catalog is down.').waitFor()
    await page.getByRole('button', { name: 'Send 20 requests' }).click()
    await page.getByText('0 of 20 answered: 0 %').waitFor()
    assert.equal((await control(server)('GET', '/chaos/stats')).body.requests, 0, 'of the default session')
  })

  it('finds the address as a code on the stage, but not one that only this machine can open', async test => {
    const server = await startTestServer(test, { allowedHosts: ['room.example'] })
    const address = `http://room.example:${server.port}`
    const { page, complaints, origins } = await openPage(test, browser, address)
    await page.waitForSelector('.link-state[data-link="live"]')
    await page.keyboard.press('p')
    const code = page.locator('.stage-invite .qr-code svg')
    await code.waitFor()
    const drawn = (await code.locator('path').getAttribute('d')) ?? ''
    const expected = qrcode(0, 'M')
    expected.addData(address)
    expected.make()
    const size = expected.getModuleCount()
    let d = ''
    for (let row = 0; row < size; row += 1)
      for (let column = 0; column < size; column += 1)
        if (expected.isDark(row, column)) d += `M${column} ${row}h1v1h-1z`
    assert.equal(drawn, d)
    const box = await code.boundingBox()
    assert.ok(box && box.width >= 150 && box.y + box.height < 720, JSON.stringify(box))
    assert.deepEqual([...origins], [address])
    assert.deepEqual(
      complaints.filter(text => !/Origin-Agent-Cluster/.test(text)),
      [],
    )
    await page.goto(server.url)
    await page.waitForSelector('.link-state[data-link="live"]')
    await page.keyboard.press('p')
    await page.locator('.stage-invite').waitFor()
    assert.equal(await code.count(), 0)
  })
})
