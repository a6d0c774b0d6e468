/**
 * The proof of the span: of fresh days, in a world whose round trips, lateness and connections are others, 95 % fall into it.
 * Each experiment has replicates of its own. All is seeded: a run of this test is like another.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadOfScenario } from '../../../cli/experiment/scenario-load.ts'
import type { Day } from '../../../cli/report/stats/other-days.ts'
import { replicates } from '../../../cli/simulate/replicates.ts'
import { usualWorld } from '../../../cli/simulate/world.ts'
import { drawNumber, streamSeed } from '../../../server/chaos/decision/draw.ts'
import { type ExperimentInput, experimentSchema } from '../../../server/experiments/spec.ts'

const REPLICATES = 199
/** The k-th from either end: see `spanOf`. */
const RANK = 5
const COVERAGE = { least: 93, most: 97 }

const world = usualWorld({
  seed: '0',
  roundTripMs: [
    [1, 20],
    [1.5, 60],
    [3, 15],
    [8, 5],
  ],
  latenessMs: [
    [0.5, 80],
    [2, 15],
    [10, 5],
  ],
})
const otherWorld = {
  ...world,
  roundTripMs: [
    [0.6, 50],
    [1.2, 30],
    [5, 20],
  ],
  latenessMs: [
    [0.2, 60],
    [4, 30],
    [14, 10],
  ],
} as const

function scenario(name: string): ExperimentInput {
  const { load } = world.scenarios.find(each => each.name === name) ?? assert.fail(name)
  const { schedule, timeoutMs } = loadOfScenario(load)
  assert.ok(schedule)
  return { arms: load.arms, retries: load.retries, load: { ...schedule, timeoutMs }, conditions: { scenario: name } }
}

const batches: ExperimentInput['load'] = { requests: 300, schedule: { kind: 'batches', concurrency: 10, everyMs: 100 } }
const outage = { availability: 80, meanLength: '1500ms' }

const CASES: Readonly<Record<string, { input: ExperimentInput; experiments: number; days: number }>> = {
  'coin flips': {
    input: { arms: ['none', 'breaker'], load: batches, conditions: { failRate: 30 } },
    experiments: 16,
    days: 1_200,
  },
  flapping: { input: scenario('flapping'), experiments: 10, days: 600 },
  'random outages': {
    input: {
      arms: ['none', 'breaker'],
      load: { requests: 300, schedule: { kind: 'rate', perSecond: 20 } },
      conditions: { settings: { outage } },
    },
    experiments: 16,
    days: 1_200,
  },
  blackout: { input: scenario('blackout'), experiments: 12, days: 800 },
  'retry storm': { input: scenario('retry-storm'), experiments: 8, days: 400 },
}

/** The last arm against the first. */
const FIGURES: Readonly<Record<string, (day: Day) => number>> = {
  useful: day => share(day.at(-1)) - share(day[0]),
  wasted: day => (day.at(-1)?.wasted ?? 0) - (day[0]?.wasted ?? 0),
}

for (const [name, { input, experiments, days: count }] of Object.entries(CASES)) {
  test(name, { timeout: 600_000 }, async t => {
    const fresh = experimentSchema.parse({ ...input, load: { ...input.load, connections: 128 } })
    const days = await replicates(fresh, { world: otherWorld, edgeMs: 500 }, count, 'fresh')
    const within: Record<string, number> = { useful: 0, wasted: 0 }
    const inclusive: Record<string, number> = { useful: 0, wasted: 0 }
    for (let experiment = 0; experiment < experiments; experiment++) {
      const own = await replicates(experimentSchema.parse(input), { world, edgeMs: 500 }, REPLICATES, `e${experiment}`)
      for (const [figure, of] of Object.entries(FIGURES)) {
        const sorted = own.map(of).toSorted((a, b) => a - b)
        const lot = streamSeed(`lots-${experiment}-${figure}`, 'body')
        for (const [index, day] of days.entries()) {
          const value = of(day)
          const below = sorted.filter(each => each < value).length
          const ties = sorted.filter(each => each === value).length
          // Figures are whole numbers, and days may be alike: then the place among them is drawn.
          const place = below + Math.floor(drawNumber(lot, index, 0) * (ties + 1))
          if (place >= RANK && place <= REPLICATES - RANK) within[figure] = (within[figure] ?? 0) + 1
          if (value >= (sorted[RANK - 1] ?? 0) && value <= (sorted[REPLICATES - RANK] ?? 0)) {
            inclusive[figure] = (inclusive[figure] ?? 0) + 1
          }
        }
      }
    }
    for (const figure of Object.keys(FIGURES)) {
      const percent = (hits = 0) => (100 * hits) / (experiments * days.length)
      const [by, all] = [percent(within[figure]), percent(inclusive[figure])]
      t.diagnostic(`${figure}: ${by.toFixed(1)} % of days, ${all.toFixed(1)} % with those on its edges`)
      assert.ok(by >= COVERAGE.least && by <= COVERAGE.most, `${figure}: ${by} %`)
      assert.ok(all >= COVERAGE.least, `${figure}: ${all} %`)
    }
  })
}

function share(arm: Day[number] | undefined): number {
  return arm ? (100 * arm.useful) / arm.requests : 0
}
