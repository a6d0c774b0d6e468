/** Runs for the tests of the stage, published as a command line would, and a look at what is wrong with a picture of it. */

import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import type { ServerOptions } from '../../server/server.ts'
import { control } from '../support/control.ts'
import { startTestServer } from '../support/server.ts'
import { overlaps } from './console-overlaps.ts'

export interface StagedRun {
  readonly names: readonly string[]
  readonly lengthMs?: number
  /** Where it stands; at its end where it is not given. */
  readonly atMs?: number
  readonly state?: 'closed' | 'open' | 'half-open'
}

/** How many steps a run is told in: a server takes eight a second. */
const STEPS = 4

/** A server, and how to publish a run to it: 600 requests of each arm, of which those without a breaker fail in the second half. */
export async function openStage(test: Pick<TestContext, 'after'>, options: ServerOptions = {}) {
  const server = await startTestServer(test, options)
  const call = control(server)
  let runs = 0
  const publish = async ({ names, lengthMs = 3_000, atMs, state = 'closed' }: StagedRun): Promise<string> => {
    runs += 1
    const id = `staged-${runs}`
    const load = { requests: 600, lengthMs }
    await call('POST', '/chaos/live', { run: { id, title: 'staged', arms: names.map(name => ({ name })), load } })
    const untilMs = atMs ?? lengthMs
    for (let step = 1; step <= STEPS; step += 1) {
      const at = (untilMs * step) / STEPS
      await call('POST', '/chaos/live', {
        progress: {
          id,
          atMs: at,
          arms: names.map(name => armAt(name, step, at, state)),
          flow: flowAt(names, at, untilMs / STEPS),
        },
      })
    }
    if (atMs === undefined) await call('POST', '/chaos/live', { end: { id } })
    return id
  }
  return { server, call, publish }
}

function armAt(name: string, step: number, atMs: number, state: NonNullable<StagedRun['state']>) {
  const guarded = name.includes('breaker')
  const bad = step > STEPS / 2
  const failed = bad ? (guarded ? 15 : 150) : 0
  const shortCircuited = bad && guarded ? 135 : 0
  const counts = {
    success: bad ? 0 : 150,
    failed,
    shortCircuited,
    fromCache: 0,
    calls: 150 - shortCircuited,
    wasted: failed,
  }
  const now = step === STEPS ? state : bad ? 'open' : 'closed'
  return { name, ...counts, ...(guarded ? { state: now, states: [{ atMs: Math.max(0, atMs - 1), state: now }] } : {}) }
}

/** A dot for each fifth of a step and arm. */
function flowAt(names: readonly string[], atMs: number, widthMs: number) {
  const dots = names.flatMap((_, arm) =>
    Array.from({ length: 5 }, (__, place) => {
      const sentMs = Math.round(atMs - widthMs + (place * widthMs) / 5)
      return [arm, sentMs, sentMs, 12, arm === 0 ? 1 : 0, 1, 0]
    }),
  )
  return { every: 1, dots }
}

/** A text smaller than this share of the height is not read from the last row. */
const MIN_TEXT = 0.025

/** Runs in the page: what is cut off, too small, or outside the window. */
const LOOK = (inPicture: boolean) => `(() => {
  const faults = new Set()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (!node.data.trim() || !element.checkVisibility({ visibilityProperty: true }) || element.closest('script, noscript, dialog, .skip, .hidden, option')) continue
    const what = JSON.stringify(node.data.trim().slice(0, 40))
    const style = getComputedStyle(element)
    if (style.clipPath === 'inset(50%)') continue
    if (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) faults.add(what + ' is cut off')
    if (!${inPicture}) continue
    if (parseFloat(style.fontSize) < ${MIN_TEXT} * innerHeight) faults.add(what + ' is ' + style.fontSize)
    const range = document.createRange()
    range.selectNodeContents(node)
    const box = range.getBoundingClientRect()
    if (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1) faults.add(what + ' leaves the window')
  }
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth > clientWidth) faults.add('the page is too wide')
  return [...faults]
})()`

/** A line for each fault of the picture. */
export async function faultsOf(page: Page): Promise<string[]> {
  const { width = 0, height = 1 } = page.viewportSize() ?? {}
  const inPicture = width >= 900 && width / height > 1.32
  return [...(await overlaps(page)), ...((await page.evaluate(LOOK(inPicture))) as string[])]
}
