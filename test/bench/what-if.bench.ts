/** What if: how long the page waits for a simulated day, and for the days beside it, while nothing else is asked for. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAYS, KNOB_IDS, KNOBS, specOf } from '../../server/console/model/what-if.js'
import { startChild } from './child.ts'
import { judge } from './goals.ts'
import { inTurns, spread } from './turns.ts'

const ROUNDS = 20
/** Milliseconds. */
const GOALS = { day: 100, days: 500 }

const folder = mkdtempSync(join(tmpdir(), 'flaky-bench-'))
const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')
const flags = ['--port', '0', '--seed', 'bench', '--log-level', 'warn', '--db', join(folder, 'catalog.sqlite')]
const server = await startChild(main, 'serve', ...flags)
const knobs = Object.fromEntries(KNOB_IDS.map(id => [id, KNOBS[id].standard])) as Parameters<typeof specOf>[0]
let asked = 0

/** Milliseconds until the answer is there, of sliders that stand elsewhere each time. */
async function wait(days: number | null): Promise<number> {
  asked += 1
  const spec = specOf({ ...knobs, retries: asked % 4, threshold: 5 * (1 + (asked % 20)) })
  const startedAt = performance.now()
  const answer = await fetch(`${server.url}/experiments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...spec, simulate: true, ...(days === null ? {} : { days }) }),
  })
  const { otherDays } = (await answer.json()) as { otherDays?: { replicates: number } }
  if ((otherDays?.replicates ?? null) !== days) throw new Error(`${answer.status}: not the ${days} days`)
  return performance.now() - startedAt
}

try {
  await fetch(`${server.url}/experiments/presets`)
  const figures = await inTurns(
    [
      { name: 'day', measure: () => wait(null) },
      { name: 'days', measure: () => wait(DAYS) },
    ],
    ROUNDS,
  )
  judge('what if: the first answer', spread(figures.get('day') ?? []), { atMost: GOALS.day }, 'ms')
  judge(`what if: ${DAYS} other days`, spread(figures.get('days') ?? []), { atMost: GOALS.days }, 'ms')
} finally {
  await server.stop()
  rmSync(folder, { recursive: true })
}
