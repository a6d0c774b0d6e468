/**
 * The stage at 200 requests a second: the longest task and the frame rate of its page, and what the page costs the server,
 * against the same comparison while nobody looks. The comparison leaves from a process of its own. Without a Chromium it says so.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchIsolated, skip } from '../browser/browser.ts'
import { startChild } from './child.ts'
import { judge } from './goals.ts'
import { inTurns, ratio, spread, words } from './turns.ts'

const ROUNDS = 4
/** Of each of two arms. */
const PER_SECOND = 100
const SECONDS = 6
const ALONE = 'nobody looks'
const STAGED = 'the stage is open'
/** What the eye takes for one motion, of a page without a graphics card. */
const FRAMES = 30
/** A task that is longer than this is felt. */
const LONG_MS = 50
/** Processor of the server, of that while nobody looks. */
const COST = 1.15

/** Runs in the page: counts frames and long tasks until it is asked again. */
const WATCH = `globalThis.seen = { frames: 0, longest: 0, since: performance.now() }
  new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration)
  }).observe({ type: 'longtask' })
  const tick = () => { seen.frames += 1; requestAnimationFrame(tick) }
  requestAnimationFrame(tick)`
const READ = `(() => {
  const { frames, longest, since } = seen
  const now = performance.now()
  Object.assign(seen, { frames: 0, longest: 0, since: now })
  return { perSecond: (1_000 * frames) / (now - since), longest }
})()`

if (skip) console.log(`Stage: ${skip}`)
else await measureStage()

async function measureStage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'flaky-bench-'))
  const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')
  const flags = ['--port', '0', '--seed', 'bench', '--log-level', 'warn', '--fail-rate', '30']
  const server = await startChild(main, 'serve', ...flags, '--db', join(folder, 'catalog.sqlite'))
  const browser = await launchIsolated()
  const frames: number[] = []
  const longest: number[] = []
  try {
    console.log(
      `Stage: ${ROUNDS} rounds in turns, ${2 * PER_SECOND} requests a second for ${SECONDS} s; median (least–greatest)`,
    )
    /** Milliseconds of the server's processor for one comparison. */
    const cost = async (page: Page | null): Promise<number> => {
      await page?.evaluate(READ)
      const before = server.cpuMs()
      await compare(main, server.url)
      const costs = server.cpuMs() - before
      const seen = (await page?.evaluate(READ)) as { perSecond: number; longest: number } | undefined
      if (seen) {
        frames.push(seen.perSecond)
        longest.push(seen.longest)
      }
      return costs
    }
    const figures = await inTurns(
      [
        { name: ALONE, measure: () => cost(null) },
        {
          name: STAGED,
          async measure() {
            const context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
            const page = await context.newPage()
            await page.goto(server.url)
            await page.waitForSelector('.link-state[data-link="live"]')
            await page.keyboard.press('p')
            await page.evaluate(WATCH)
            const figure = await cost(page)
            await context.close()
            return figure
          },
        },
      ],
      ROUNDS,
    )
    for (const [name, values] of figures)
      console.log(`${name.padEnd(18)} ${words(spread(values), 0).padStart(20)} ms of the server’s processor`)
    judge('frames a second of the stage', spread(frames.slice(1)), { atLeast: FRAMES })
    judge('longest task of the stage, 0 where none is long', spread(longest.slice(1)), { atMost: LONG_MS }, 'ms')
    judge(`processor of the server while ${STAGED}, of that while ${ALONE}`, ratio(figures, STAGED, ALONE), {
      atMost: COST,
    })
  } finally {
    await browser.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** Fires one comparison from a process of its own, which publishes it. */
async function compare(main: string, url: string): Promise<void> {
  const load = ['--rate', `${PER_SECOND}/s`, '-n', String(PER_SECOND * SECONDS), '--arms', 'none,breaker']
  const child = spawn(process.execPath, [main, 'compare', '--url', url, ...load, '--no-keep'], { stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`chaos compare ended with ${code}`)
}
