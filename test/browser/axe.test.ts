/** No violation of accessibility rules, in every view, theme and size. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { kept } from '../cli/runs/samples.ts'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { violations } from './axe.ts'
import { launch, openPage, skip } from './browser.ts'
import { recording } from './recording.ts'

describe('accessibility', { skip, timeout: 300_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  for (const colorScheme of ['dark', 'light'] as const) {
    for (const [name, hash, key, viewport] of [
      ['live view', '', '', null],
      ['presenter mode', '', 'p', null],
      ['list of keys', '', '?', null],
      ['board', '#board', '', null],
      ['kept runs', '#runs', '', null],
      ['journal', '#why', '', null],
      ['phone', '', '', { width: 390, height: 844 }],
    ] as const) {
      it(`has nothing against the ${name}, ${colorScheme}`, async test => {
        const server = await startTestServer(test, { settings: { failRate: 30 } })
        await publish(server.url)
        const { page } = await openPage(test, browser, `${server.url}/${hash}`, {
          colorScheme,
          ...(viewport ? { viewport } : {}),
        })
        await page.waitForSelector('.link-state[data-link="live"]')
        if (key) await page.keyboard.press(key)
        await page.waitForTimeout(400)
        assert.deepEqual(await violations(page), [])
      })
    }

    it(`has nothing against a room: five arms, a session of its own, a kept run and a locked change, ${colorScheme}`, async test => {
      const server = await startTestServer(test, { token: 'of-the-host', openSessions: true })
      const call = (path: string, body: unknown) =>
        control(server)('POST', path, body, { authorization: 'Bearer of-the-host' })
      await call('/runs', { result: kept('2026-01-01T00:00:00.000Z') })
      const arms = ['none', 'retry', 'breaker', 'retry+breaker', 'cache'].map(name => ({ name }))
      await call('/chaos/live', { run: { id: 'r', title: 'compare', arms } })
      const { page } = await openPage(test, browser, `${server.url}/#runs`, { colorScheme, locale: 'pt-BR' })
      await page.locator('.runs-table tbody tr').waitFor()
      assert.deepEqual(await violations(page), [])
      await page.goto(`${server.url}/#live`)
      await page.locator('.arms-rows').waitFor()
      await page.keyboard.press('7')
      await page.locator('.locked:not([hidden])').waitFor()
      assert.deepEqual(await violations(page), [])
    })

    it(`has nothing against the page without a server, ${colorScheme}`, async test => {
      const server = await startTestServer(test)
      const { page } = await openPage(test, browser, server.url, { colorScheme })
      await page.waitForSelector('.link-state[data-link="live"]')
      await server.close(0)
      await page.waitForSelector('.notice.lost:not([hidden])')
      assert.deepEqual(await violations(page), [])
    })
  }
})

/** A run from the recording, so that the table of arms and their charts are there to be looked at. */
async function publish(url: string): Promise<void> {
  const told = recording(0)
    .ticks.flat()
    .filter(({ type }) => type === 'run')
  const [start, ...rest] = told.map(({ data }) => data)
  if (!start) return
  const { id, title } = start.run as { id: string; title: string }
  const post = (body: unknown) =>
    fetch(`${url}/chaos/live`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  await post({ run: { id, title, arms: [{ name: 'none' }, { name: 'breaker' }] } })
  const steps = rest.filter(({ type }) => type === 'progress').slice(0, 6)
  for (const { atMs, arms } of steps) await post({ progress: { id, atMs, arms } })
}
