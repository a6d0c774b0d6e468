/** An attendee's phone in a room: a name, a session of its own, four buttons, what came back and why, and the way back to it. */

import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { type ServerOptions, startServer } from '../../server/server.ts'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { violations } from './axe.ts'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'

const SIZES = [
  { width: 390, height: 844 },
  { width: 360, height: 640 },
]
const ROOM: ServerOptions = {
  ...{ host: '0.0.0.0', token: 'of-the-host', openSessions: true },
  ...{ address: 'room.example', allowedHosts: ['room.example'] },
}
const HOST = { authorization: 'Bearer of-the-host' }
const WORDS = {
  'en-GB': { empty: /Type a name/, join: 'Join', send: 'Send 20 requests', why: /drew .*, below the fail rate/ },
  'pt-BR': { empty: /Digite um nome/, join: 'Entrar', send: 'Enviar 20 pedidos', why: /sorteou .*, menos que a taxa/ },
} as const

describe("an attendee's phone", { skip, timeout: 240_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch('--host-resolver-rules=MAP room.example 127.0.0.1')
  })
  after(() => browser.close())

  const room = async (test: TestContext) => {
    const server = await startTestServer(test, ROOM)
    return { server, url: `http://room.example:${server.port}`, call: control(server) }
  }
  const joined = async (page: Page, name = 'José') => {
    await page.fill('#attendee-name', name)
    await page.keyboard.press('Enter')
    await page.waitForSelector('.page[data-attendee="own"]')
    return idOf(page)
  }

  for (const locale of ['en-GB', 'pt-BR'] as const) {
    for (const viewport of SIZES) {
      it(`asks for a name, then breaks a catalog of its own, ${locale}, ${viewport.width} px`, async test => {
        const { url, call } = await room(test)
        const words = WORDS[locale]
        const { page } = await openPage(test, browser, url, { locale, viewport })
        await page.getByRole('button', { name: words.join, exact: true }).click()
        await page.getByText(words.empty).waitFor()
        assert.equal(await page.evaluate("document.activeElement.id === 'attendee-name'"), true)
        const id = await joined(page, ' José ')
        assert.match(id, /^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$/)
        assert.equal(await page.locator('.attendee-who strong').textContent(), 'José')
        const buttons = page.locator('.attendee-button')
        await buttons.nth(1).click()
        for (const button of [...(await buttons.all()), ...(await page.locator('.attendee-preset').all())]) {
          const box = await button.boundingBox()
          assert.ok(box && box.height >= 56 && box.width >= 56, JSON.stringify(box))
        }
        await page.locator('.attendee-preset').nth(3).click()
        await page.locator('.attendee-button:nth-child(2) span', { hasText: /^100/ }).waitFor()
        const rateOf = async (query: string) => (await call('GET', `/chaos/fail-rate${query}`)).body.failRate
        assert.deepEqual([await rateOf(`?session=${id}`), await rateOf('')], [100, 0])
        await page.getByRole('button', { name: words.send }).click()
        await page.locator('[data-kind=failed] dd', { hasText: /^20$/ }).waitFor()
        await page.locator('.attendee-why').getByText(words.why).waitFor()
        await buttons.nth(3).click()
        await page.getByRole('button', { name: words.send }).click()
        await page.locator('[data-kind=refused] dd', { hasText: /^[1-9]/ }).waitFor()
        await page.locator('.attendee-button:first-child:not([aria-disabled])').waitFor()
        const { requests } = (await call('GET', `/chaos/stats?session=${id}`)).body
        assert.ok(requests > 20 && requests < 40, `${requests} of 40 reached the server`)
        await buttons.nth(2).click()
        await page.waitForSelector('.attendee-button[data-on]:nth-child(3)')
        assert.equal((await call('GET', `/chaos/sessions/${id}`)).body.outage, 'a declared outage')
        await page.locator('.own-client summary').first().click()
        await page.locator('.client-code', { hasText: id }).waitFor()
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), viewport.width)
        assert.deepEqual(await overlaps(page), [])
      })
    }
  }

  it('is reached by keys: the skip link leads to what is there, before and after the name', async test => {
    const { url } = await room(test)
    const { page } = await openPage(test, browser, url, { viewport: SIZES[0] ?? null })
    const skipped = async () => {
      await page.locator('.skip').focus()
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      return page.evaluate<string>('document.activeElement.id + " " + document.activeElement.parentElement.className')
    }
    await page.locator('#attendee-name').waitFor()
    assert.deepEqual(await violations(page), [])
    assert.match(await skipped(), /^attendee-name /)
    await joined(page)
    assert.match(await skipped(), /attendee/)
    assert.match(page.url(), /^[^#]*(#live)?$/)
    assert.deepEqual(await violations(page), [])
  })

  it('comes back to its session: from no network, from a reload, and from the code on the wall', async test => {
    const { url } = await room(test)
    const { page } = await openPage(test, browser, url, { viewport: SIZES[0] ?? null })
    const id = await joined(page)
    await page.context().setOffline(true)
    try {
      await page.evaluate("dispatchEvent(new Event('offline'))")
      await page.locator('.attendee-button').nth(1).click()
      await page.locator('.attendee-preset').nth(1).click()
      await page.waitForSelector('.attendee-flaw:not(:empty)')
    } finally {
      await page.context().setOffline(false)
    }
    await page.waitForSelector('.link-state[data-link="live"]')
    assert.equal(idOf(page), id)
    await page.goto(url)
    await page.waitForSelector('.page[data-attendee="own"]')
    assert.equal(idOf(page), id)
    await page.locator('.attendee-button').nth(1).click()
    await page.locator('.attendee-preset').nth(1).click()
    await page.locator('.attendee-button:nth-child(2) span', { hasText: /^30/ }).waitFor()
  })

  it('is told that its session went with the server, and has the next with one press, under the same id', async test => {
    const { server, url } = await room(test)
    const { page } = await openPage(test, browser, url, { viewport: SIZES[0] ?? null })
    const id = await joined(page)
    const keyed: string[] = []
    page.on('request', request => {
      if (request.method() === 'GET' && request.headers().authorization) keyed.push(request.url())
    })
    await server.close(0)
    const again = await startServer({ ...ROOM, port: server.port })
    test.after(() => again.close(100))
    // A client of one's own goes on, and brings a session of that id about, which is nobody's.
    const answer = await fetch(`${again.url}/catalogs/155568600`, { headers: { 'x-chaos-session': id } })
    assert.equal(answer.status, 200)
    await page.waitForSelector('.page[data-attendee="gone"]')
    await page.getByText('Your session is gone').waitFor()
    await page.getByRole('button', { name: 'New session for José' }).click()
    await page.waitForSelector('.page[data-attendee="own"]')
    assert.equal(idOf(page), id)
    assert.equal((await control(again)('GET', `/chaos/sessions/${id}`)).body.name, 'José')
    await page.locator('.attendee-button').nth(2).click()
    await page.waitForSelector('.attendee-button[data-on]:nth-child(3)')
    assert.deepEqual(keyed, [], 'a room of keys that the server forgot would be a room of wrong tokens')
  })

  it('is told that the host removed its session, and may change its name', async test => {
    const { url, call } = await room(test)
    const { page } = await openPage(test, browser, url, { viewport: SIZES[0] ?? null })
    const id = await joined(page, 'Jose')
    await page.getByRole('button', { name: 'Change name' }).click()
    await page.fill('#attendee-name', 'José <b>')
    await page.keyboard.press('Enter')
    await page.locator('.attendee-who').getByText('José <b>').waitFor()
    assert.equal((await call('GET', `/chaos/sessions/${id}`)).body.name, 'José <b>')
    assert.equal((await call('DELETE', `/chaos/sessions/${id}`, undefined, HOST)).status, 204)
    await page.waitForSelector('.page[data-attendee="gone"]')
  })

  it('has a name that the host hides on the page, and a session that he ends there', async test => {
    const { url, call } = await room(test)
    const { page } = await openPage(test, browser, url, { viewport: SIZES[0] ?? null })
    const id = await joined(page, 'Nasty')
    const projector = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    test.after(() => projector.close())
    await projector.goto(url)
    await projector.evaluate("sessionStorage.setItem('token', 'of-the-host')")
    await projector.goto(`${url}/?session=${id}`)
    await projector.getByText('Session of Nasty').waitFor()
    await projector.getByRole('button', { name: 'Hide name' }).click()
    await projector.getByText('A session whose name is hidden').waitFor()
    assert.equal((await call('GET', `/chaos/sessions/${id}`)).body.name, null)
    await page.getByText('The host lets nobody see your name.').waitFor()
    assert.deepEqual(await violations(projector), [])
    await projector.getByRole('button', { name: 'Remove' }).click()
    await projector.getByRole('button', { name: 'Really remove it?' }).click()
    await page.waitForSelector('.page[data-attendee="gone"]')
    assert.equal(idOf(projector), '')
  })

  it('only looks where somebody wants no name, and asks nobody who has the token or a wide screen', async test => {
    const { url } = await room(test)
    const { page } = await openPage(test, browser, url, { viewport: SIZES[0] ?? null })
    await page.getByRole('button', { name: 'Only look' }).click()
    await page.waitForSelector('.page:not([data-attendee])')
    await page.reload()
    await page.setViewportSize({ width: 1280, height: 720 })
    await page.waitForSelector('.link-state[data-link="live"]')
    assert.equal(await page.locator('#attendee-name').isVisible(), false)
    await page.evaluate("sessionStorage.setItem('token', 'of-the-host')")
    await page.setViewportSize({ width: 390, height: 844 })
    await page.reload()
    await page.waitForSelector('.link-state[data-link="live"]')
    assert.equal(await page.locator('#attendee-name').isVisible(), false)
  })

  for (const colorScheme of ['dark', 'light'] as const) {
    it(`has nothing against it, ${colorScheme}: the name, its session, and one that is gone`, async test => {
      const { server, url } = await room(test)
      const { page } = await openPage(test, browser, url, { colorScheme, viewport: SIZES[1] ?? null, locale: 'pt-BR' })
      await page.getByRole('button', { name: 'Entrar', exact: true }).click()
      await page.waitForSelector('.attendee-flaw:not(:empty)')
      assert.deepEqual(await violations(page), [])
      const id = await joined(page)
      await page.locator('.attendee-button').nth(1).click()
      await page.locator('.attendee-button').nth(0).click()
      await page.locator('.attendee-why').waitFor()
      assert.deepEqual(await violations(page), [])
      server.chaos.control.sessions.delete(id)
      await page.waitForSelector('.page[data-attendee="gone"]')
      assert.deepEqual(await violations(page), [])
    })
  }
})

function idOf(page: Page): string {
  return new URL(page.url()).searchParams.get('session') ?? ''
}
