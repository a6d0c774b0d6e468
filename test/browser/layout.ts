/** A run on the console, and a look at its layout at the sizes at which the console is looked at. */

import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { overlaps } from './console-overlaps.ts'

type Size = readonly [width: number, height: number]

export const SIZES: readonly Size[] = [
  [390, 844],
  [768, 1024],
  [1280, 720],
  [1280, 800],
  [1920, 1080],
]
const LANGUAGES = [
  ['pt-BR', 'English'],
  ['en', 'Português'],
] as const
export const TWO = ['retry', 'retry+breaker']
export const FIVE = ['none', 'retry(2)', 'breaker(threshold=15)', 'retry+breaker', 'retry+breaker+cache']
export const VERDICT = 'The breaker made 73 % fewer doomed calls and answered as often. It hid the outage from nobody.'

/** Columns at both edges of a chart on which an axis would write what does not fit; true where one is inked. */
const CUT = `[...document.querySelectorAll('.plot canvas')].flatMap(canvas => {
  const pen = canvas.getContext('2d')
  return [0, canvas.width - 1].flatMap(x => {
    const { data } = pen.getImageData(x, 0, 1, canvas.height)
    return data.some((value, index) => index % 4 === 3 && value > 0) ? [canvas.closest('figure').dataset.chart + ' ' + x] : []
  })
})`

/** A run that is told anew at each look, as its publisher would: a silent one is lost. */
export async function begin(test: TestContext, names: readonly string[]) {
  const server = await startTestServer(test, { settings: { failRate: 30 } })
  const call = control(server)
  await call('POST', '/chaos/live', {
    run: { id: 'r', title: `compare: ${names.join(', ')}`, arms: names.map(name => ({ name })) },
  })
  let step = 0
  const tell = () => {
    step += 1
    const arms = names.map((name, index) => ({
      name,
      success: 1_999,
      failed: 1,
      shortCircuited: 0,
      fromCache: 0,
      calls: 2_000 + index,
      wasted: 1,
      ...(name.includes('breaker') ? { states: [{ atMs: step * 300, state: step % 2 ? 'half-open' : 'open' }] } : {}),
      p50: 41,
      p95: 1_234,
    }))
    return call('POST', '/chaos/live', { progress: { id: 'r', atMs: step * 300, arms } })
  }
  await tell()
  return { server, call, tell }
}

/** What lies over what at `sizes`, in both languages, and back to the first of them; the page is told of one more step at each. */
export async function look(
  page: Page,
  tell: () => Promise<unknown>,
  sizes: readonly Size[] = SIZES,
): Promise<string[]> {
  const found: string[] = []
  for (const [language, other] of LANGUAGES) {
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height })
      await tell()
      await page.waitForTimeout(350)
      const cut = (await page.evaluate(CUT)) as string[]
      found.push(
        ...[...(await overlaps(page)), ...cut.map(where => `cut off: ${where}`)].map(
          text => `${width} ${language} ${text}`,
        ),
      )
    }
    await page.getByRole('button', { name: other }).click()
  }
  return found
}
