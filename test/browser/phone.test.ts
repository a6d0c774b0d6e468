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

const PROJECTOR = { width: 1280, height: 720 }
const PHONE = { width: 390, height: 844 }

describe('a phone in the audience', { skip, timeout: 300_000 }, () => {
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
    assert.equal(await code.locator('path').getAttribute('d'), pathOf(address))
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

  for (const viewport of [PROJECTOR, { width: 1920, height: 1080 }]) {
    for (const names of [
      ['none', 'breaker'],
      ['none', 'retry', 'breaker', 'retry+breaker'],
    ]) {
      it(`finds it in a corner while ${names.length} arms run, over nothing, ${viewport.width} px, where the host opened localhost`, async test => {
        const { server, publish } = await openStage(test, { address: 'room.example', allowedHosts: ['room.example'] })
        await publish({ names, lengthMs: 60_000, atMs: 20_000 })
        const url = `http://localhost:${server.port}`
        const { page } = await openPage(test, browser, url, { viewport })
        await page.waitForSelector('.link-state[data-link="live"]')
        await page.keyboard.press('p')
        const code = page.locator('.stage-corner svg')
        await code.waitFor()
        assert.equal(await code.locator('path').getAttribute('d'), pathOf(`http://room.example:${server.port}`))
        await page.locator('.join-address').getByText(`room.example:${server.port}`).waitFor()
        const box = await code.boundingBox()
        assert.ok(box && box.height >= 0.13 * viewport.height, JSON.stringify(box))
        for (const selector of [
          '.top',
          '.stage-say',
          '.stage-flow',
          '.stage-score h2',
          '.stage-score b',
          '.stage-time',
        ]) {
          for (const other of await page.locator(selector).all()) {
            const its = await other.boundingBox()
            if (!its) continue
            const right = Math.min(box.x + box.width, its.x + its.width) - Math.max(box.x, its.x)
            const down = Math.min(box.y + box.height, its.y + its.height) - Math.max(box.y, its.y)
            assert.ok(right < 1 || down < 1, `${selector} ${JSON.stringify([box, its])}`)
          }
        }
        assert.deepEqual(await overlaps(page), [])
      })
    }
  }
})

/** The path of the code of an address. */
function pathOf(address: string): string {
  const code = qrcode(0, 'M')
  code.addData(address)
  code.make()
  const size = code.getModuleCount()
  let d = ''
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) if (code.isDark(row, column)) d += `M${column} ${row}h1v1h-1z`
  return d
}
