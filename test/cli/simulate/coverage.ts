/**
 * How often fresh days fall into the span of other days: each experiment has replicates of its own, and the fresh days are of a
 * world whose round trips, lateness and connections are others. All is seeded: one measurement is like another.
 */

import assert from 'node:assert/strict'
import { loadOfScenario } from '../../../cli/experiment/scenario-load.ts'
import type { ArmDay, Day } from '../../../cli/report/stats/other-days.ts'
import { replicates } from '../../../cli/simulate/replicates.ts'
import { usualWorld, type World } from '../../../cli/simulate/world.ts'
import { drawNumber, streamSeed } from '../../../server/chaos/decision/draw.ts'
import { type ExperimentInput, experimentSchema } from '../../../server/experiments/spec.ts'

const REPLICATES = 199
/** The k-th from either end: see `predictionInterval`. */
const RANK = 5
const EDGE_MS = 500

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
} as const satisfies World

/** Of the capacity of the retry storm: so many requests of a run keep one worker as busy as those of the scenario keep four. */
const REQUESTS_A_WORKER = 315

/** What a case measures, and how precisely. */
export interface CoverageCase {
  readonly input: ExperimentInput
  /** With the server made for so many requests. */
  readonly world: World
}

/** The kinds of trouble of the proof, each with runs of so many requests. */
export function coverageCases(requests: number): Readonly<Record<string, CoverageCase>> {
  const during = (seconds: number): ExperimentInput['load'] => ({
    requests,
    schedule: { kind: 'rate', perSecond: requests / seconds },
  })
  const arms = ['none', 'breaker']
  const outage = { availability: 80, meanLength: '1500ms' }
  const batches = { requests, schedule: { kind: 'batches', concurrency: 10, everyMs: 100 } } as const
  const workers = Math.max(1, Math.round(requests / REQUESTS_A_WORKER))
  return {
    'coin flips': { input: { arms, load: batches, conditions: { failRate: 30 } }, world },
    flapping: { input: { arms, load: during(15), conditions: { scenario: 'flapping' } }, world },
    'random outages': { input: { arms, load: during(15), conditions: { settings: { outage } } }, world },
    blackout: { input: { arms, load: during(9), conditions: { scenario: 'blackout' } }, world },
    'retry storm': retryStorm(during(18), workers),
  }
}

function retryStorm(schedule: ExperimentInput['load'], workers: number): CoverageCase {
  const scenarios = world.scenarios.map(each => {
    const { capacity } = each.base
    if (each.name !== 'retry-storm' || !capacity) return each
    return { ...each, base: { ...each.base, capacity: { ...capacity, workers, queue: 50 * workers } } }
  })
  const { load } = scenarios.find(({ name }) => name === 'retry-storm') ?? assert.fail()
  const { arms, retries } = load
  const { timeoutMs } = loadOfScenario(load)
  return {
    input: { arms, retries, load: { ...schedule, timeoutMs }, conditions: { scenario: 'retry-storm' } },
    world: { ...world, scenarios },
  }
}

/** The last arm against the first; null on a day that has no such figure. */
const FIGURES: Readonly<Record<string, (day: Day) => number | null>> = {
  useful: day => share(day.at(-1)) - share(day[0]),
  wasted: day => (day.at(-1)?.wasted ?? 0) - (day[0]?.wasted ?? 0),
  recovery: day => day.at(-1)?.recoveryMs ?? null,
}

/** Shares of fresh days in percent. */
export interface Coverage {
  readonly figure: string
  /** The place of those that are alike is drawn among them. */
  readonly byLot: number
  /** With all that lie on the edges of the span. */
  readonly withEdges: number
}

/**
 * How many of `days` fresh days fall into the span of each of so many experiments, for each figure that all days have. The standard
 * error is about the root of (1.5 %)² / experiments + (2.2 %)² × 100 / days.
 */
export async function measureCoverage(
  { input, world: own }: CoverageCase,
  experiments: number,
  days: number,
): Promise<Coverage[]> {
  const elsewhere = { ...own, roundTripMs: otherWorld.roundTripMs, latenessMs: otherWorld.latenessMs }
  const spec = experimentSchema.parse(input)
  const othersSpec = experimentSchema.parse({ ...input, load: { ...input.load, connections: 128 } })
  const fresh = await replicates(othersSpec, { world: elsewhere, edgeMs: EDGE_MS }, days, 'fresh')
  const hits = new Map(Object.keys(FIGURES).map(figure => [figure, { byLot: 0, withEdges: 0 }]))
  for (let experiment = 0; experiment < experiments; experiment++) {
    const replicated = await replicates(spec, { world: own, edgeMs: EDGE_MS }, REPLICATES, `e${experiment}`)
    for (const [figure, of] of Object.entries(FIGURES)) {
      const sorted = replicated.flatMap(day => of(day) ?? []).toSorted((a, b) => a - b)
      const values = fresh.flatMap(day => of(day) ?? [])
      const counts = hits.get(figure)
      if (sorted.length < REPLICATES || values.length < days) hits.delete(figure)
      else if (counts) count(counts, sorted, values, streamSeed(`lots-${experiment}-${figure}`, 'body'))
    }
  }
  const percent = (number: number) => (100 * number) / (experiments * days)
  return [...hits].map(([figure, { byLot, withEdges }]) => {
    return { figure, byLot: percent(byLot), withEdges: percent(withEdges) }
  })
}

function count(
  hits: { byLot: number; withEdges: number },
  sorted: readonly number[],
  values: readonly number[],
  lot: ReturnType<typeof streamSeed>,
): void {
  const [low, high] = [sorted[RANK - 1] ?? 0, sorted[REPLICATES - RANK] ?? 0]
  for (const [index, value] of values.entries()) {
    const below = sorted.filter(each => each < value).length
    const ties = sorted.filter(each => each === value).length
    // Figures are whole numbers, and days may be alike: then the place among them is drawn.
    const place = below + Math.floor(drawNumber(lot, index, 0) * (ties + 1))
    if (place >= RANK && place <= REPLICATES - RANK) hits.byLot++
    if (value >= low && value <= high) hits.withEdges++
  }
}

function share(arm: ArmDay | undefined): number {
  return arm ? (100 * arm.useful) / arm.requests : 0
}
