/**
 * What other days would do: the experiment simulated with its conditions as they were, where these are known; else days made
 * of blocks of the run itself, or nothing.
 */

import type { SettingsInForce } from '../../server/experiments/settings-in-force.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import type { DaysBudget } from '../io.ts'
import { Histogram } from '../load/histogram.ts'
import type { Recorder } from '../load/recorder.ts'
import { parseArm } from '../policy/parse.ts'
import type { Unjudged } from '../report/result.ts'
import { blockDays, blockMs } from '../report/stats/block-days.ts'
import { type Day, MIN_DAYS, type Origin, otherDays, STANDARD_DAYS } from '../report/stats/other-days.ts'
import { DaySimulator, HAS_THREADS } from '../simulate/days.ts'
import { libraryOf, refusal } from '../simulate/refusal.ts'
import type { Replayed } from '../simulate/replay.ts'
import { EDGE_MS, METHOD, varied } from '../simulate/replicates.ts'
import { type Quantity, type World, worldOfServer } from '../simulate/world.ts'

/** Half a second after a run, the end of the threads included. */
export const STANDARD_BUDGET: DaysBudget = { count: STANDARD_DAYS, budgetMs: 450 }

/** Requests of all arms of a day, beyond which nobody need try: 39 such days take seconds. */
const MAX_REQUESTS = 200_000

/** What is known of an experiment before it runs. */
export interface DaysFacts {
  readonly spec: ExperimentSpec
  /** Of the keys of the run. */
  readonly seed: string
  readonly budget: DaysBudget
  /** Whether each arm has a session of its own. */
  readonly own: boolean
  /** Whether the target is a flaky catalog. */
  readonly isCatalog: boolean
  /** Whether the circuits live in this process. */
  readonly ownCircuits: boolean
  /** Of the server when the run begins; null where nobody knows. */
  readonly settings: unknown
  /** The document of the scenario that is played; null where none is. */
  readonly scenario: unknown
  readonly inForce: SettingsInForce | null
  /** The world of a run that takes place in none. */
  readonly world: World | null
}

/** What is known of it when it is over. */
export interface DaysSource {
  readonly result: Unjudged
  readonly recorders: readonly Recorder[]
  readonly lag: Histogram
  readonly changes: readonly Replayed[]
  /** From a call of the control plane to its answer, where answers of the data plane tell nothing of the way; null where nobody asked. */
  readonly controlMs: number | null
  readonly startedAtWallMs: number
}

/** Why other days cannot be simulated, in a word; null where they can. */
function obstacle({ spec, own, isCatalog, ownCircuits, inForce, world }: DaysFacts): string | null {
  if (world) return null
  if (!isCatalog) return 'unknown-target'
  if (!ownCircuits) return 'redis'
  if (refusal(spec) !== null || (!HAS_THREADS && libraryIn(spec))) return 'not-simulated'
  if (!own) return 'shared-session'
  return inForce === null ? 'unknown-settings' : null
}

/** Whether an arm goes by the clock of the process. */
function libraryIn({ arms }: ExperimentSpec): boolean {
  return arms.some(text => libraryOf(parseArm(text).policies) !== undefined)
}

/** Other days of one run: begun before it, so that threads are there when it ends, and asked once after it. */
export class OtherDaysOfRun {
  readonly #facts: DaysFacts
  readonly #obstacle: string | null
  readonly #simulator: DaySimulator | null

  constructor(facts: DaysFacts) {
    this.#facts = facts
    this.#obstacle = obstacle(facts)
    const { load, arms } = facts.spec
    const tooLarge = facts.budget.budgetMs !== undefined && load.requests * arms.length > MAX_REQUESTS
    const few = facts.budget.count < MIN_DAYS
    this.#simulator = this.#obstacle === null && !tooLarge && !few ? new DaySimulator() : null
  }

  /** Resolves when the threads are there and do not disturb a run; they are made fast while it lasts. */
  async begin(): Promise<void> {
    await this.#simulator?.ready
    const { spec, seed, settings, scenario, world } = this.#facts
    if (world) return
    const usual = worldOfServer(settings, scenario, { roundTripMs: [[1, 1]], latenessMs: [[1, 1]], startedAtWallMs: 0 })
    if (usual) this.#simulator?.warmUp({ spec, distribution: { world: usual, edgeMs: EDGE_MS }, seed })
  }

  /** What other days would do. @throws what `simulateRun` throws */
  async of(source: DaysSource, signal?: AbortSignal): Promise<NonNullable<Unjudged['otherDays']>> {
    const { arms } = source.result
    const names = arms.map(({ name }) => name)
    const said = (days: readonly Day[], origin: Origin) => otherDays(names, days, origin)
    if (this.#obstacle !== null) return this.#ofBlocks(source, this.#obstacle)
    if (this.#simulator === null) return said([], { ...NONE, because: 'too-large' })
    const { spec, seed, budget } = this.#facts
    const { requests } = source.result.load
    const world = this.#world(source)
    if (world === null || requests === 0) return said([], { ...NONE, because: 'unknown-settings' })
    const asked = { ...spec, load: { ...spec.load, requests } }
    const distribution = { world, edgeMs: EDGE_MS, changes: source.changes }
    const days = await this.#simulator.simulate(
      { ...budget, spec: asked, distribution, seed: `${seed}-days` },
      { signal },
    )
    const origin = { basis: 'simulated' as const, varied: varied(distribution), method: METHOD }
    return said(days, days.length < MIN_DAYS ? { ...origin, because: 'too-slow' } : origin)
  }

  close(): void {
    this.#simulator?.close()
  }

  #ofBlocks({ result: { arms, conditions } }: DaysSource, because: string): NonNullable<Unjudged['otherDays']> {
    const names = arms.map(({ name }) => name)
    const openTimes = (conditions?.circuits ?? []).flatMap(({ options: { openForMs } }) =>
      typeof openForMs === 'number' ? openForMs : [],
    )
    const length = blockMs(openTimes)
    const days = blockDays(arms, length, this.#facts.budget.count, this.#facts.seed)
    if (days === null) return otherDays(names, [], { ...NONE, because: 'too-short' })
    const method = `moving blocks of ${length} ms of this run, put together anew: no claim that 95 % of days lie there`
    return otherDays(names, days, { basis: 'blocks', because, varied: ['order and choice of blocks'], method })
  }

  #world(source: DaysSource): World | null {
    const { settings, scenario, world } = this.#facts
    const { startedAtWallMs, lag } = source
    return (
      world ??
      worldOfServer(settings, scenario, {
        roundTripMs: this.#roundTrips(source),
        latenessMs: lag.count === 0 ? 0 : lag.condensed(),
        startedAtWallMs,
      })
    )
  }

  /** As they were seen, but where the server made answers wait: then those of the control plane. */
  #roundTrips({ recorders, changes, controlMs }: DaysSource): Quantity {
    const met: Readonly<Record<string, unknown>>[] = [...(this.#facts.inForce?.all ?? [])]
    for (const { values } of changes) if (values) met.push(values)
    const waits = met.some(
      ({ latency, capacity, ...rest }) => latency || capacity || JSON.stringify(rest).includes('"drip"'),
    )
    const seen = roundTripsOf(recorders)
    return !waits && seen.count > 0 ? seen.condensed() : (controlMs ?? STANDARD_ROUND_TRIP_MS)
  }
}

const NONE: Origin = { basis: 'none', varied: [], method: 'none' }
const STANDARD_ROUND_TRIP_MS = 1.5

/** The round trips of all arms. */
export function roundTripsOf(recorders: readonly Recorder[]): Histogram {
  const all = new Histogram()
  for (const { roundTrips } of recorders) all.add(roundTrips)
  return all
}
