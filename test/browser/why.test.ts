/** Why: the newest requests of the page's session, each with its decision in words, in both languages and by keyboard alone. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'
import { overlaps } from './console-overlaps.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe('the journal on the page', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  const open = async (test: Parameters<typeof startTestServer>[0]) => {
    const server = await startTestServer(test, { settings: { failRate: 40, seed: '7' } })
    const ask = async (key: string, session?: string) => {
      const headers = { 'x-chaos-key': key, ...(session ? { 'x-chaos-session': session } : {}) }
      await (await fetch(`${server.url}/catalogs/155568600`, { headers })).text()
    }
    const { fates } = (await control(server)('GET', '/chaos/preview?n=20&prefix=k')).body
    const keys = (failed: boolean) =>
      fates
        .filter(({ fate }: { fate: string }) => (fate === 'served') !== failed)
        .map(({ key }: { key: string }) => key)
    await ask(keys(true)[0])
    await ask(keys(false)[0])
    return { server, ask, failed: keys(true)[0] as string, call: control(server) }
  }

  it('says of each request why, lets one outcome through, and opens by keyboard', async test => {
    const { server, failed } = await open(test)
    const { page, complaints, origins } = await openPage(test, browser, `${server.url}/#why`)
    const rows = page.locator('.why .why-list > li')
    await rows.nth(1).waitFor()
    const sentences = await page.locator('.why .why-sentence').allInnerTexts()
    assert.match(sentences[0] ?? '', /^Served: it drew [\d.]+, not below the fail rate \(40 %\)\.$/)
    assert.match(sentences[1] ?? '', /^An HTTP error: it drew [\d.]+, below the fail rate \(40 %\)\.$/)
    await page.getByLabel('Outcome').selectOption('injected')
    await rows.nth(1).waitFor({ state: 'detached' })
    await page.locator('.why .why-list summary').focus()
    await page.keyboard.press('Enter')
    await page.locator('.why .why-facts dd').getByText(failed, { exact: true }).first().waitFor()
    await page.evaluate(AXE)
    const violations = (await page.evaluate('axe.run().then(result => result.violations)')) as { id: string }[]
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    )
    assert.deepEqual([[...origins], complaints], [[server.url], []])
  })

  it('follows what comes, stands still while one is read, and belongs to its session', async test => {
    const { server, ask, call } = await open(test)
    await call('POST', '/chaos/outages', { for: '60s' })
    const { page } = await openPage(test, browser, `${server.url}/#why`, { locale: 'pt-BR' })
    const rows = page.locator('.why .why-list > li')
    await rows.nth(1).waitFor()
    await ask('new')
    await page.getByText('Um erro HTTP: todo pedido falha durante uma queda que alguém declarou.').waitFor()
    await page.locator('.why .why-list summary').first().click()
    await ask('newer')
    await page.getByRole('button', { name: 'Atualizar' }).click()
    await rows.nth(3).waitFor()
    assert.equal(await page.locator('.why .why-list details[open]').count(), 1, 'it stays open')
    for (const [width, height] of [
      [390, 844],
      [1280, 720],
    ] as const) {
      await page.setViewportSize({ width, height })
      assert.deepEqual(await overlaps(page), [], `${width}`)
    }
    await call('POST', '/chaos/sessions', { id: 'ana' })
    await ask('hers', 'ana')
    await page.goto(`${server.url}/?session=ana#why`)
    await rows.first().waitFor()
    assert.equal(await rows.count(), 1)
  })
})
