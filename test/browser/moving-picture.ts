/**
 * Makes the moving picture of the stage for the README: a comparison through an outage, replayed.
 * Run it with: node --import tsx test/browser/moving-picture.ts
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../server/lib/package-root.ts'
import { startServer } from '../../server/server.ts'
import { chaos } from '../cli/harness.ts'
import { control } from '../support/control.ts'
import { animated } from './apng.ts'
import { launch, openPage } from './browser.ts'

/** Of the projector, and how much smaller its picture is. */
const SIZE = { width: 1280, height: 720 }
const SCALE = 0.75
/** Moments of the run that are drawn, this far from each other, in milliseconds. */
const STEP_MS = 250
const LAST_MS = 4_000

const root = packageRoot(import.meta.url)
const closers: (() => Promise<void>)[] = []
const server = await startServer({ seed: '42' })
const browser = await launch()
try {
  const words = ['--outage', '1s-3s', '--rate', '60/s', '--for', '5s', '--open-for', '500ms', '--seed', '42']
  await chaos(['compare', '--url', server.url, ...words])
  const { runs } = (await control(server)('GET', '/runs')).body
  const { page } = await openPage(
    { after: (close: () => Promise<void>) => void closers.push(close) } as never,
    browser,
    `${server.url}/#run=${runs[0].id}`,
    {
      viewport: SIZE,
      deviceScaleFactor: SCALE,
    },
  )
  const scrub = page.locator('.replay-scrub')
  await page.locator('.replay-play').click()
  await page.waitForTimeout(500)
  const lengthMs = Number(await scrub.getAttribute('max'))
  const frames: Buffer[] = []
  for (let atMs = 0; atMs <= lengthMs; atMs += STEP_MS) {
    await scrub.evaluate((input: { value: string; step: string; dispatchEvent(event: Event): void }, value) => {
      input.step = '1'
      input.value = String(value)
      input.dispatchEvent(new Event('input'))
    }, atMs)
    await page.waitForTimeout(120)
    frames.push(await page.screenshot())
  }
  writeFileSync(join(root, 'data', 'pictures', 'stage.png'), animated(frames, STEP_MS, LAST_MS))
  console.log(`data/pictures/stage.png, ${frames.length} frames`)
} finally {
  for (const close of closers) await close()
  await browser.close()
  await server.close(0)
}
