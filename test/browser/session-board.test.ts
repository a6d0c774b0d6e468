/** The board in a real browser: as large as fits for five and forty sessions, scrolling for two hundred, and written only where something changed. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SCREENS = [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
]
/** Letters of a name, in pixels, that are read from the last row: of 40 sessions, and of more. */
const LEAST = { 720: 17, 1080: 28 } as const
const LEAST_SCROLLING = { 720: 16, 1080: 19 } as const

/** What stands in the cards: how large, and whether one is cut off by the screen. */
interface Look {
  readonly cards: number
  readonly letters: number
  readonly outside: number
  readonly scrolls: boolean
}

const look = async (page: Page): Promise<Look> =>
  (await page.evaluate(`(() => {
    const cards = [...document.querySelectorAll('.session-card')]
    const view = document.querySelector('.board')
    const outside = cards.filter(card => {
      const { right, bottom } = card.getBoundingClientRect()
      return right > innerWidth + 1 || bottom > innerHeight + 1
    })
    const name = document.querySelector('.session-card-name')
    return {
      cards: cards.length,
      letters: Number.parseFloat(getComputedStyle(name).fontSize),
      outside: outside.length,
      scrolls: view.hasAttribute('data-scrolls'),
    }
  })()`)) as Look

/** A server with so many sessions, the default one among them. */
async function roomOf(test: TestContext, count: number) {
  const server = await startTestServer(test, { limits: { sessions: 300 } })
  const ids = Array.from({ length: count - 1 }, (_, index) => String(index).padStart(3, '0'))
  for (const id of ids)
    await control(server)('POST', '/chaos/sessions', { id, settings: { failRate: Number(id) % 100 } })
  const send = async (id: string, requests: number) => {
    for (let sent = 0; sent < requests; sent += 1) {
      await (await fetch(`${server.url}/catalogs`, { headers: { 'x-chaos-session': id } })).text()
    }
  }
  return { server, ids, send, call: control(server) }
}

const whole = (page: Page, count: number) =>
  page
    .locator('.session-card')
    .nth(count - 1)
    .waitFor({ state: 'attached' })

const firstIs = (page: Page, id: string) => page.locator('.session-cards > li:first-child', { hasText: id }).waitFor()

describe('the board of a room', { skip, timeout: 300_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  for (const [count, locale, colorScheme] of [
    [5, 'en-GB', 'light'],
    [40, 'pt-BR', 'dark'],
    [200, 'pt-BR', 'light'],
  ] as const) {
    it(`shows ${count} sessions as large as fits, on both projectors, in and out of presenter mode`, async test => {
      const { server, send, call } = await roomOf(test, count)
      const { page, complaints } = await openPage(test, browser, `${server.url}/#board`, { locale, colorScheme })
      await whole(page, count)
      await call('POST', '/chaos/outages?session=002', { for: '60s' })
      await Promise.all(['000', '001', '002'].map(id => send(id, 5)))
      await page.locator('.session-card:not([data-idle])').nth(2).waitFor()
      for (const presenting of [false, true]) {
        if (presenting) await page.keyboard.press('p')
        for (const viewport of SCREENS) {
          await page.setViewportSize(viewport)
          await page.waitForTimeout(300)
          const { cards, letters, outside, scrolls } = await look(page)
          const where = `${viewport.width} ${presenting}`
          assert.equal(cards, count)
          assert.equal(scrolls, count === 200, where)
          const least = (scrolls ? LEAST_SCROLLING : LEAST)[viewport.height as 720 | 1080]
          assert.ok(letters >= least, `${where}: ${letters}`)
          if (!scrolls) assert.equal(outside, 0, where)
          if (count < 200) assert.deepEqual(await overlaps(page), [], where)
        }
        await page.evaluate(AXE)
        const found = await page.evaluate('axe.run().then(({ violations }) => violations.map(each => each.id))')
        assert.deepEqual(found, [])
      }
      await page.locator('.session-card').last().scrollIntoViewIfNeeded()
      assert.ok(await page.locator('.session-card').last().isVisible())
      assert.deepEqual(complaints, [])
    })
  }

  it('writes only into the card of the session that something happened to', async test => {
    const { server, send } = await roomOf(test, 200)
    const { page } = await openPage(test, browser, `${server.url}/#board`)
    await whole(page, 200)
    // The counts of a second that went by are known.
    await page.waitForTimeout(2_500)
    await page.evaluate(`(() => {
      window.touched = new Set()
      window.moved = 0
      new MutationObserver(changes => {
        for (const { target, type } of changes) {
          const element = target.nodeType === 1 ? target : target.parentElement
          const card = element.closest('.session-card')
          if (card) touched.add(card.querySelector('.session-card-name').textContent)
          else if (type === 'childList') moved += 1
        }
      }).observe(document.querySelector('.session-cards'), { subtree: true, childList: true, attributes: true, characterData: true })
    })()`)
    await send('000', 10)
    await page.locator('.session-card:not([data-idle])', { hasText: '000' }).waitFor()
    await page.waitForTimeout(2_500)
    assert.deepEqual(await page.evaluate('[...touched]'), ['000'])
    assert.equal(await page.evaluate('moved'), 0)
  })

  it('moves who does better past the others, and keeps the focus where it is', async test => {
    const { server, send } = await roomOf(test, 5)
    const { page } = await openPage(test, browser, `${server.url}/#board`)
    await whole(page, 5)
    const order = () => page.locator('.session-card-name').allTextContents()
    assert.deepEqual(await order(), ['000', '001', '002', '003', 'Everybody'])
    await page.locator('.session-card', { hasText: '000' }).focus()
    await send('003', 8)
    await firstIs(page, '003')
    assert.deepEqual(await order(), ['003', '000', '001', '002', 'Everybody'])
    assert.equal(await page.evaluate("document.activeElement.querySelector('.session-card-name').textContent"), '000')
  })

  it('sorts by grade, and says by what', async test => {
    const { server, ids } = await roomOf(test, 5)
    const { page } = await openPage(test, browser, server.url)
    await page.route('**/challenges', route => {
      const challenges = ids.slice(1, 3).map((session, index) => ({
        ...{ id: session, session, name: session, phase: 'done', startedAt: '2026-01-01T00:00:00Z' },
        grades: { overall: index === 0 ? 'C' : 'A' },
      }))
      return route.fulfill({ json: { challenges } })
    })
    await page.goto(`${server.url}/#board`)
    await page.locator('.session-card .challenge-grade:visible').nth(1).waitFor()
    await page.getByText('Most useful first').waitFor()
    await page.getByRole('button', { name: 'By grade' }).click()
    await page.getByText('Best grade first').waitFor()
    await firstIs(page, '002')
    assert.deepEqual(await page.locator('.session-card-name').allTextContents(), [
      '002',
      '001',
      '000',
      '003',
      'Everybody',
    ])
    assert.equal(await page.getByRole('button', { name: 'By grade' }).getAttribute('aria-pressed'), 'true')
    await page.getByRole('button', { name: 'By useful share' }).click()
  })

  it('is reached by a key and by a button, on the stage too, and leads back', async test => {
    const { server } = await roomOf(test, 5)
    const { page } = await openPage(test, browser, `${server.url}/#why`)
    await page.keyboard.press('e')
    await page.locator('.board:visible').waitFor()
    await page.keyboard.press('e')
    await page.locator('.why:visible').waitFor()
    await page.keyboard.press('p')
    await page.locator('.stage:visible').waitFor()
    await page.getByRole('button', { name: 'Board' }).click()
    await page.locator('.board:visible').waitFor()
    assert.ok(await page.evaluate("document.documentElement.hasAttribute('data-presenter')"))
    await page.getByRole('button', { name: 'Stage' }).click()
    await page.locator('.stage:visible').waitFor()
    await page.keyboard.press('e')
    await page.locator('.board:visible').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Present' }).waitFor()
    assert.ok(await page.locator('.board').isVisible())
    await page.keyboard.press('?')
    await page.getByText('The board of all sessions, and back').waitFor()
  })
})
