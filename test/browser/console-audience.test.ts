/** The console before an audience: sessions of one's own, the address to type, a scenario that nobody fires at, and the languages. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'

const OPEN = { token: 'of-the-host', openSessions: true }

const show = (page: Page, rate: string) =>
  page.waitForFunction(wanted => document.querySelector('#rate-field')?.value === wanted, rate)

/** What functions see that run in the page: its types are not those of Node. */
declare const document: { querySelector(selector: string): { value?: string } | null }

describe('the web console before an audience', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch('--host-resolver-rules=MAP room.example 127.0.0.1')
  })
  after(() => browser.close())

  it('lets an attendee change the sessions that he made, and keeps his keys when the default one is refused', async test => {
    const server = await startTestServer(test, OPEN)
    const rateOf = async (lab: string) =>
      (await control(server)('GET', `/chaos/fail-rate?session=${lab}`)).body.failRate as number
    const { page, complaints } = await openPage(test, browser, `${server.url}/#board`)
    const make = async (lab: string) => {
      await page.getByLabel('Name of the new session').fill(lab)
      await page.getByRole('button', { name: 'Open a session' }).click()
      await page.getByRole('button', { name: new RegExp(`^${lab}`) }).click()
    }
    const turn = async (rate: string) => {
      await page.getByRole('button', { name: rate, exact: true }).click()
      await page.getByText(`→ ${rate} %`).first().waitFor()
    }
    await make('ana')
    await turn('30')
    await page.getByRole('link', { name: 'Board' }).click()
    await make('bia')
    await turn('70')
    const keys = JSON.parse((await page.evaluate("sessionStorage.getItem('keys')")) as string) as [string, string][]
    assert.deepEqual(
      keys.map(([lab]) => lab),
      ['ana', 'bia'],
    )
    assert.equal(new Set(keys.map(([, key]) => key)).size, 1)

    await page.locator('#session').selectOption('default')
    await show(page, '0')
    await page.getByRole('button', { name: '100', exact: true }).click()
    await page.getByText('Yours to change: ana, bia.').waitFor()
    assert.equal(await page.locator('.link-state').getAttribute('data-link'), 'live')
    assert.equal(await rateOf('default'), 0)
    await page.getByLabel('Token', { exact: true }).fill('a-guess')
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page.locator('.locked').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '100', exact: true }).click()
    await page.getByText('The token does not fit').waitFor()
    await page.getByRole('button', { name: 'Go to bia' }).click()
    await turn('30')

    await page.reload()
    await turn('100')
    assert.equal(await rateOf('bia'), 100)
    await page.locator('#session').selectOption('ana')
    await show(page, '30')
    await turn('70')
    assert.equal(await rateOf('ana'), 70)

    await page.locator('#session').selectOption('default')
    await show(page, '0')
    await page.getByRole('button', { name: '30', exact: true }).click()
    await page.getByLabel('Token', { exact: true }).fill('of-the-host')
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page.locator('.locked').waitFor({ state: 'hidden' })
    await turn('70')
    assert.equal(await rateOf('default'), 70)
    assert.deepEqual(
      complaints.filter(text => !/\b401\b/.test(text)),
      [],
    )
  })

  it('sends who has no session to the board, and goes away when it is told to', async test => {
    const server = await startTestServer(test, OPEN)
    const { page } = await openPage(test, browser, server.url)
    await page.waitForSelector('.link-state[data-link="live"]')
    await page.keyboard.press('7')
    await page.getByText('This session needs the token of the host').waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.locator('.locked').waitFor({ state: 'hidden' })
    await page.keyboard.press('7')
    await page.getByRole('button', { name: 'To the board' }).click()
    await page.getByLabel('Name of the new session').waitFor()
  })

  it('shows the address to type in presenter mode, and says when nobody else can use it', async test => {
    const server = await startTestServer(test, { allowedHosts: ['room.example'] })
    for (const [host, word] of [
      ['room.example', 'Open'],
      ['127.0.0.1', 'This machine only'],
    ] as const) {
      const { page } = await openPage(test, browser, `http://${host}:${server.port}`)
      await page.waitForSelector('.link-state[data-link="live"]')
      assert.ok(!(await page.locator('.join-address').isVisible()))
      await page.keyboard.press('p')
      assert.equal(
        await page
          .locator('.join-address')
          .innerText()
          .then(text => text.replace(/\s+/g, ' ')),
        `${word} ${host}:${server.port}`,
      )
      const box = await page.locator('.join-address strong').boundingBox()
      assert.ok(box && box.height >= 28, `${box?.height} pixels high`)
    }
  })

  it('says once that nobody sends while a scenario plays, and that its work takes longer', async test => {
    const server = await startTestServer(test)
    await (await fetch(`${server.url}/catalogs`)).text()
    const { page } = await openPage(test, browser, server.url, { locale: 'pt-BR' })
    await page.locator('#scenario-choice option[value="retry-storm"]').waitFor({ state: 'attached' })
    await page.locator('#scenario-choice').selectOption({ label: 'Uma tempestade de tentativas que se alimenta' })
    assert.ok(!(await page.locator('.empty.over').isVisible()))
    await page.getByRole('button', { name: 'Rodar' }).click()
    await page.getByText('ninguém está enviando').waitFor()
    assert.equal(
      await page.locator('.empty.over code:visible').textContent(),
      `npx chaos live --auto --url ${server.url}`,
    )
    await page.getByText('4 atendentes × 40ms, levando 8 vezes o tempo').waitFor()
    for (const mark of await page.getByText('eight times slower').all())
      assert.equal(await mark.getAttribute('lang'), 'en')
    await (await fetch(`${server.url}/catalogs`)).text()
    await page.locator('.empty.over').waitFor({ state: 'hidden' })
  })
})
