/** The page of kept runs in a real browser: opened, compared and forgotten by keyboard alone, in both languages. */

import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openExperimentPort } from '../../cli/experiment-port/port.ts'
import { compareRuns } from '../../cli/report/verdict/diff.ts'
import { verdictIn } from '../../cli/report/verdict/verdict.ts'
import { titleOf, wordsIn } from '../../cli/report/verdict/words.ts'
import { systemClock } from '../../server/lib/clock.ts'
import type { ServerOptions } from '../../server/server.ts'
import { outage } from '../cli/report/sample-results.ts'
import { kept } from '../cli/runs/samples.ts'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'

const OLD = kept('2026-01-01T00:00:00.000Z', { title: 'The older one' })
const NEW = kept('2026-01-02T00:00:00.000Z', {
  arms: [...outage.arms],
  trouble: [...outage.trouble],
  events: [{ atMs: 1_500, what: 'fail-rate', source: 'web', figures: { from: 0, to: 70 } }],
})
const LANGUAGES = [
  ['en-GB', 'en'],
  ['pt-BR', 'pt-BR'],
] as const

/** A server that keeps both runs, of which the newer one was posted first. */
async function open(test: TestContext, options: ServerOptions = {}) {
  const experiments = openExperimentPort({
    ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
    usualUrl: new URL('http://127.0.0.1:8000'),
  })
  const server = await startTestServer(test, { experiments, ...options })
  const call = control(server)
  const headers: Record<string, string> = options.token ? { Authorization: `Bearer ${options.token}` } : {}
  const post = async (body: unknown): Promise<string> => (await call('POST', '/runs', body, headers)).body.id
  const newer = await post({ result: NEW })
  return { server, call, newer, older: await post({ result: OLD, html: '<!doctype html><title>kept</title>' }) }
}

const textOf = async (page: Page, place: string) =>
  (await page.locator(place).textContent())?.replace(/\s+/g, ' ') ?? ''
const focused = (page: Page): Promise<string> => page.evaluate('document.activeElement.textContent')

describe('the page of kept runs', { skip, timeout: 180_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  it('lists them as the command line does, with trouble, settings and wasted calls', async test => {
    const { server, newer, older } = await open(test)
    const { page, complaints } = await openPage(test, browser, `${server.url}/#runs`)
    await page.locator('.runs-table tbody tr').first().waitFor()
    assert.deepEqual(await page.locator('.runs-table tbody th').allTextContents(), [newer, older])
    const [first, second] = await page.locator('.runs-table tbody tr').allTextContents()
    assert.match(first ?? '', /none against breaker.*10 every 100.ms.*outage/)
    assert.match(second ?? '', /The older one.*none.*93 \/ 45/)
    assert.deepEqual(complaints, [])
  })

  for (const [locale, language] of LANGUAGES) {
    it(`opens one from its result, ${language}`, async test => {
      const { server, newer, older } = await open(test)
      const words = wordsIn(language)
      const { page, complaints } = await openPage(test, browser, `${server.url}/#runs`, { locale })
      await page.getByRole('link', { name: newer, exact: true }).focus()
      await page.keyboard.press('Enter')
      await page.locator('.kept-run').waitFor()
      assert.match(await focused(page), new RegExp(`^${newer}: `))
      const said = await textOf(page, '.kept-run')
      for (const sentence of [
        verdictIn(NEW, words).text,
        words('row.useful'),
        words('trouble.name.outage'),
        words('by.web'),
      ]) {
        assert.ok(said.includes(sentence), sentence)
      }
      // It has no page, and says so.
      assert.equal(await page.locator('.kept-run .run-report').count(), 0)
      assert.ok(said.includes(`npx chaos report ${newer}`))
      await page.getByRole('link', { name: language === 'en' ? 'Replay on the stage' : 'Rever no palco' }).focus()
      await page.keyboard.press('Enter')
      await page.locator('.replay:not([hidden])').waitFor()
      assert.equal(new URL(page.url()).hash, `#run=${newer}`)
      await page.goto(`${server.url}/#runs=${older}`)
      await page.locator('.kept-run .run-report').waitFor()
      assert.deepEqual(complaints, [])
    })

    it(`compares two, ${language}`, async test => {
      const { server, newer, older } = await open(test)
      const words = wordsIn(language)
      const { page, complaints } = await openPage(test, browser, `${server.url}/#runs`, { locale })
      await page.locator('.run-pick input').first().waitFor()
      for (const box of await page.locator('.run-pick input').all()) {
        await box.focus()
        await page.keyboard.press('Space')
      }
      const link = page.locator('.runs-compare a')
      assert.match((await link.textContent()) ?? '', new RegExp(`${older} .* ${newer}`))
      await link.focus()
      await page.keyboard.press('Enter')
      await page.locator('.run-diff').waitFor()
      const said = await textOf(page, '.run-diff')
      const { couples, says } = compareRuns({ name: older, result: OLD }, { name: newer, result: NEW })
      for (const { code, figures } of [...couples.flatMap(couple => couple.says), ...says]) {
        assert.ok(said.includes(words(code, figures)), words(code, figures))
      }
      assert.equal(await page.locator('.run-diff .result-table').count(), 2)
      assert.deepEqual(complaints, [])
    })
  }

  it('says the verdict of a run that ended in its own language, and what it was called', async test => {
    const { server, call } = await open(test)
    const { code, figures, more, advice } = NEW.verdict
    const arms = NEW.arms.map(({ name }) => ({ name }))
    const title = `compare ${NEW.arms.map(({ name }) => name).join(', ')}`
    await call('POST', '/chaos/live', { run: { id: 'a', title, arms } })
    const result = { verdict: NEW.verdict.text, coded: { code, figures, more, advice } }
    await call('POST', '/chaos/live', { end: { id: 'a', result } })
    for (const [locale, language] of LANGUAGES) {
      const words = wordsIn(language)
      const { page } = await openPage(test, browser, server.url, { locale })
      const { text } = verdictIn(NEW, words)
      await page.locator('.arms .verdict', { hasText: text }).waitFor()
      assert.equal(await page.locator('.arms .verdict').getAttribute('lang'), null)
      assert.equal(await textOf(page, '.run-name'), titleOf(NEW, words))
    }
  })

  it('forgets one at the second press, and goes on from there', async test => {
    const { server, call, newer, older } = await open(test)
    const { page } = await openPage(test, browser, `${server.url}/#runs`)
    const button = page.locator('.run-remove').first()
    await button.focus()
    await page.keyboard.press('Enter')
    assert.equal(await button.textContent(), `Really delete ${newer}?`)
    await page.keyboard.press('Tab')
    assert.equal(await button.textContent(), 'Delete')
    await button.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await page.locator('.runs-table tbody tr').nth(1).waitFor({ state: 'detached' })
    assert.equal((await call('GET', `/runs/${newer}`)).status, 404)
    await page.locator('.runs-table a:focus', { hasText: older }).waitFor()
  })

  it('of a locked server lets the host alone forget one', async test => {
    const { server, call, newer } = await open(test, { token: 'of-the-host' })
    const { page } = await openPage(test, browser, `${server.url}/#runs`)
    const button = page.locator('.run-remove').first()
    await button.click()
    await button.click()
    await page.locator('.notice:not([hidden]) input').waitFor()
    assert.equal((await call('GET', `/runs/${newer}`)).status, 200)
  })

  it('is readable in every size, theme and language', async test => {
    const { server, newer, older } = await open(test)
    for (const [locale] of LANGUAGES) {
      for (const viewport of [
        { width: 390, height: 844 },
        { width: 1280, height: 720 },
      ]) {
        for (const hash of ['#runs', `#runs=${newer}`, `#runs=${older},${newer}`]) {
          const { page } = await openPage(test, browser, `${server.url}/${hash}`, {
            locale,
            viewport,
            colorScheme: 'light',
          })
          await page
            .locator(hash === '#runs' ? '.runs-table tbody tr' : '.kept-run')
            .first()
            .waitFor()
          const tooWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'
          assert.equal(await page.evaluate(tooWide), false)
          assert.deepEqual(await overlaps(page), [], `${hash} ${locale} ${viewport.width}`)
        }
      }
    }
  })
})
