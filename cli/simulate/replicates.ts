/**
 * Other days: the same experiment again and again in virtual time, with whatever differs from day to day drawn anew, and the
 * span in which another day falls.
 */

import { drawNumber, streamSeed } from '../../server/chaos/decision/draw.ts'
import type { Scenario, Step } from '../../server/chaos/scenario/schema.ts'
import { ms } from '../../server/chaos/settings/quantity.ts'
import { needsSessions } from '../../server/experiments/conditions.ts'
import { promisedShare, settingsInForce } from '../../server/experiments/settings-in-force.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { scheduleOf } from '../load/schedule.ts'
import { type ParsedArm, parseArm, withRetries } from '../policy/parse.ts'
import type { Trouble } from '../report/result.ts'
import { total, useful } from '../report/stats/figures.ts'
import type { ArmDay, Day } from '../report/stats/other-days.ts'
import { recoveries, recovery } from '../report/stats/recovery.ts'
import type { Replayed } from './replay.ts'
import { type SimulatedRun, simulateRun } from './run.ts'
import { settingsOf, type World } from './world.ts'

/** From what days are drawn. */
export interface DayDistribution {
  /** Its seed and the seed of its settings are drawn anew each day, and so are round trips and lateness. */
  readonly world: World
  /** The edges of outages and of what a scenario does are moved by up to so many milliseconds, either way. */
  readonly edgeMs: number
  /** What others did to the server during the run, done again each day. */
  readonly changes?: readonly Replayed[] | undefined
}

/** How far the edges of trouble are moved where nobody says. */
export const EDGE_MS = 500

/** What bounds the work. */
export interface ReplicateOptions {
  /** Begins no further day after so many milliseconds. */
  readonly budgetMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each day, with its number. */
  readonly onDay?: ((day: Day, index: number) => void) | undefined
  /** The number of the first day, and how far the next lies: where several threads share the days. */
  readonly first?: number | undefined
  readonly step?: number | undefined
}

/**
 * Up to `count` days, the same for the same seed.
 * @throws what `simulateRun` throws
 */
export async function replicates(
  spec: ExperimentSpec,
  distribution: DayDistribution,
  count: number,
  seed: string,
  { budgetMs = Number.POSITIVE_INFINITY, signal, onDay, first = 0, step = 1 }: ReplicateOptions = {},
): Promise<Day[]> {
  const arms = spec.arms.map(text => withRetries(parseArm(text), spec.retries))
  const { scenarios } = distribution.world
  const scenario = scenarios.find(({ name }) => name === spec.conditions.scenario) ?? null
  const promised = promisedShare(settingsInForce(settingsOf(distribution.world), spec.conditions, scenario))
  const startedAt = performance.now()
  const days: Day[] = []
  for (let index = first; index < count; index += step) {
    if (signal?.aborted || performance.now() - startedAt >= budgetMs) break
    const day = await oneDay(spec, arms, distribution, promised, `${seed}-${index}`)
    days.push(day)
    onDay?.(day, index)
  }
  return days
}

async function oneDay(
  spec: ExperimentSpec,
  arms: readonly ParsedArm[],
  { world, edgeMs, changes = [] }: DayDistribution,
  promised: number | null,
  seed: string,
): Promise<Day> {
  const move = mover(edgeMs, seed)
  const { load, circuit, request, session, conditions } = spec
  const today: World = {
    ...world,
    seed,
    settings: { ...movedWindows(world.settings, move), seed },
    scenarios: world.scenarios.map(each => (each.name === conditions.scenario ? movedScenario(each, move) : each)),
  }
  const options = {
    ...{ load, circuit, request, seed: `${seed}-keys` },
    conditions: {
      ...conditions,
      ...(conditions.settings === undefined ? {} : { settings: movedPatch(conditions.settings, move, seed) }),
      outages: conditions.outages.map(outage => ({ ...outage, ...movedSpan(outage, move) })),
    },
    own: session === undefined || needsSessions(conditions),
  }
  const moved = changes.map(change => movedChange(change, move))
  const runs: SimulatedRun[] = []
  for (const part of spec.oneByOne ? arms.map(arm => [arm]) : [arms]) {
    const own = spec.oneByOne ? moved.filter(({ arm }) => arm === undefined || arm === part[0]?.name) : moved
    const schedule = scheduleOf(load, options.seed)
    runs.push(await simulateRun({ ...options, arms: part, schedule, changes: own }, today))
  }
  return runs.flatMap(({ recorders, trouble, observed }) =>
    recorders.map(recorder => armDay(recorder, [...trouble, ...observed], promised)),
  )
}

function armDay(
  recorder: SimulatedRun['recorders'][number],
  trouble: Readonly<Trouble>,
  promised: number | null,
): ArmDay {
  const { outcomes, totals } = recorder
  const spells = trouble.length === 0 ? [] : recoveries(recorder.sent.steps(), { trouble, promised })
  const { recoveryMs } = recovery(spells)
  return { requests: total(outcomes), useful: useful(outcomes), wasted: totals.wasted, recoveryMs }
}

/** Moves a moment, each by a draw of its own. */
type Move = (atMs: number) => number

/** A beginning is moved and never before 0; what begins at 0 stays there. */
function mover(edgeMs: number, seed: string): Move {
  const stream = streamSeed(`${seed}/edges`, 'outage')
  let drawn = 0
  return atMs => {
    const by = Math.round((2 * drawNumber(stream, drawn++, 0) - 1) * edgeMs)
    return atMs === 0 ? 0 : Math.max(0, atMs + by)
  }
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

function movedSpan({ fromMs, toMs }: Span, move: Move): Span {
  const from = move(fromMs)
  return { fromMs: from, toMs: Math.max(from + 1, move(toMs)) }
}

/** A change is as it was; the outages that somebody declared are moved. */
function movedChange(change: Replayed, move: Move): Replayed {
  const { atMs, outageUntilMs } = change
  if (outageUntilMs === undefined) return change
  const { fromMs, toMs } = movedSpan({ fromMs: atMs, toMs: outageUntilMs }, move)
  return { ...change, atMs: fromMs, outageUntilMs: toMs }
}

/** What the sessions have of their own; they have no seed of theirs on another day. */
function movedPatch(
  patch: NonNullable<ExperimentSpec['conditions']['settings']>,
  move: Move,
  seed: string,
): NonNullable<ExperimentSpec['conditions']['settings']> {
  return { ...movedWindows(patch as World['settings'], move), ...('seed' in patch ? { seed } : {}) }
}

function movedWindows(settings: World['settings'], move: Move): World['settings'] {
  const { outage } = settings
  if (!outage?.windows) return settings
  const windows = outage.windows.map(({ from, to, for: length }) => {
    const fromMs = ms(from)
    const moved = movedSpan({ fromMs, toMs: to === undefined ? fromMs + ms(length ?? '1ms') : ms(to) }, move)
    return { from: `${moved.fromMs}ms`, to: `${moved.toMs}ms` }
  })
  return { ...settings, outage: { ...outage, windows } }
}

/** What is set, ramped or out of order is moved; remarks stay, and nothing begins after the end. */
function movedScenario(scenario: Scenario, move: Move): Scenario {
  const endMs = ms(scenario.lasts)
  return { ...scenario, timeline: scenario.timeline.map(step => movedStep(step, endMs, move)) }
}

function movedStep(step: Step, endMs: number, move: Move): Step {
  if (!step.set && !step.ramp && !step.outage) return step
  const fromMs = ms(step.at)
  if (step.for === undefined) return { ...step, at: `${Math.min(endMs, move(fromMs))}ms` }
  const span = movedSpan({ fromMs, toMs: fromMs + ms(step.for) }, move)
  const from = Math.min(endMs, span.fromMs)
  return { ...step, at: `${from}ms`, for: `${Math.max(1, span.toMs - from)}ms` }
}

/** How the interval comes about. */
export const METHOD = 'prediction interval for one more day by order statistics of simulated days'

/** What is drawn anew for each day. */
export function varied({ edgeMs }: DayDistribution): string[] {
  return ['server seed', 'key seed', `edges of trouble by ${edgeMs} ms`, 'round trips', 'lateness']
}
