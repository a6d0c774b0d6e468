/** The stage on every screen: nothing cut off or over anything else, and no text too small, in both themes and languages. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch, openPage, skip } from './browser.ts'
import { faultsOf, openStage, type StagedRun } from './staged.ts'

const SIZES = [
  [1280, 720],
  [1920, 1080],
  [3840, 2160],
  [390, 844],
] as const

const TWO = ['none', 'breaker']
const SCENES: readonly (readonly [name: string, run: StagedRun | null, settings: object])[] = [
  ['before anything ran', null, {}],
  ['an outage, the breaker open', { names: TWO, atMs: 2_000, state: 'open' }, { failRate: 100 }],
  [
    'a slow catalog, half-open',
    { names: ['retry', 'retry+breaker'], lengthMs: 60_000, atMs: 40_000, state: 'half-open' },
    { capacity: { workers: 4, service: '40ms', slow: 8 } },
  ],
  ['a fail rate, at the end', { names: TWO }, { failRate: 30 }],
  ['one arm', { names: ['breaker'], atMs: 2_000, state: 'open' }, { failRate: 100 }],
  [
    'four arms',
    { names: ['none', 'breaker', 'breaker+cache', 'retry+breaker'], atMs: 2_000, state: 'half-open' },
    { failRate: 100 },
  ],
  ['six arms, at the end', { names: ['none', 'retry', 'breaker', 'breaker+cache', 'retry+breaker', 'opossum'] }, {}],
]

describe('the stage', { skip, timeout: 300_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  for (const [name, run, settings] of SCENES) {
    for (const locale of ['en-GB', 'pt-BR']) {
      it(`has nothing cut off or over anything else: ${name}, ${locale}`, async test => {
        const { server, publish } = await openStage(test, { settings })
        if (run) await publish(run)
        for (const colorScheme of ['dark', 'light'] as const) {
          const { page, complaints } = await openPage(test, browser, server.url, { locale, colorScheme })
          await page.waitForSelector('.link-state[data-link="live"]')
          await page.keyboard.press('p')
          await page.locator(run ? '.stage:not([data-idle])' : '.stage[data-idle]').waitFor()
          for (const [width, height] of SIZES) {
            await page.setViewportSize({ width, height })
            await page.waitForTimeout(300)
            assert.deepEqual(await faultsOf(page), [], `${width}x${height}, ${colorScheme}`)
          }
          assert.deepEqual(complaints, [])
        }
      })
    }
  }
})
