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
import type { OtherDays, Trouble } from '../report/result.ts'
import { total, useful } from '../report/stats/figures.ts'
import { recoveries, recovery } from '../report/stats/recovery.ts'
import { type SimulatedRun, simulateRun } from './run.ts'
import { settingsOf, type World } from './world.ts'

/** From what days are drawn. */
export interface DayDistribution {
  /** Its seed and the seed of its settings are drawn anew each day, and so are round trips and lateness. */
  readonly world: World
  /** The edges of outages and of what a scenario does are moved by up to so many milliseconds, either way. */
  readonly edgeMs: number
}

/** How far the edges of trouble are moved where nobody says. */
export const EDGE_MS = 500

/** What an arm came to on one day. */
export interface ArmDay {
  readonly requests: number
  readonly useful: number
  readonly wasted: number
  /** As in a result. */
  readonly recoveryMs: number | null
}

/** All arms, in their order. */
export type Day = readonly ArmDay[]

/** What bounds the work. */
export interface ReplicateOptions {
  /** Begins no further day after so many milliseconds. */
  readonly budgetMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each day. */
  readonly onDay?: ((day: Day) => void) | undefined
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
  { budgetMs = Number.POSITIVE_INFINITY, signal, onDay }: ReplicateOptions = {},
): Promise<Day[]> {
  const arms = spec.arms.map(text => withRetries(parseArm(text), spec.retries))
  const { scenarios } = distribution.world
  const scenario = scenarios.find(({ name }) => name === spec.conditions.scenario) ?? null
  const promised = promisedShare(settingsInForce(settingsOf(distribution.world), spec.conditions, scenario))
  const startedAt = performance.now()
  const days: Day[] = []
  while (days.length < count && !signal?.aborted && performance.now() - startedAt < budgetMs) {
    const day = await oneDay(spec, arms, distribution, promised, `${seed}-${days.length}`)
    days.push(day)
    onDay?.(day)
  }
  return days
}

async function oneDay(
  spec: ExperimentSpec,
  arms: readonly ParsedArm[],
  { world, edgeMs }: DayDistribution,
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
      outages: conditions.outages.map(outage => ({ ...outage, ...movedSpan(outage, move) })),
    },
    own: session === undefined || needsSessions(conditions),
  }
  const runs: SimulatedRun[] = []
  for (const part of spec.oneByOne ? arms.map(arm => [arm]) : [arms]) {
    runs.push(await simulateRun({ ...options, arms: part, schedule: scheduleOf(load, options.seed) }, today))
  }
  return runs.flatMap(({ recorders, trouble }) => recorders.map(recorder => armDay(recorder, trouble, promised)))
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

/** Fewer days than this have no span that holds 95 % of others. */
export const MIN_DAYS = 39

/** What the days are like: see `OtherDays`. Spans are null for fewer than `MIN_DAYS` days. */
export function otherDays(names: readonly string[], days: readonly Day[], { edgeMs }: DayDistribution): OtherDays {
  const of = (arm: number, figure: (day: ArmDay) => number | null) =>
    spanOf(
      days.flatMap(day => (day[arm] ? (figure(day[arm]) ?? []) : [])),
      days.length,
    )
  const against = (arm: number, figure: (day: ArmDay) => number) =>
    spanOf(
      days.flatMap(day => (day[arm] && day[0] ? figure(day[arm]) - figure(day[0]) : [])),
      days.length,
    )
  return {
    replicates: days.length,
    varied: ['server seed', 'key seed', `edges of trouble by ${edgeMs} ms`, 'round trips', 'lateness'],
    method: 'prediction interval for one more day by order statistics of simulated days',
    arms: names.map((name, arm) => ({
      name,
      useful: of(arm, usefulPercent),
      wasted: of(arm, day => day.wasted),
      recoveryMs: of(arm, day => day.recoveryMs),
      recovered: days.filter(day => day[arm]?.recoveryMs !== null).length,
    })),
    differences: names.slice(1).map((arm, index) => ({
      ...{ arm, against: names[0] ?? '' },
      usefulPoints: against(index + 1, usefulPercent),
      wastedCalls: against(index + 1, day => day.wasted),
    })),
  }
}

function usefulPercent({ requests, useful: good }: ArmDay): number {
  return requests === 0 ? 0 : (100 * good) / requests
}

/**
 * Mean, and the interval between the k-th of the sorted values and the k-th from their end, with k = floor((n + 1) / 40): one
 * more value from where these came from falls into it with a probability of (n + 1 - 2k) / (n + 1), which is 95 % or a little
 * more (S. S. Wilks, Annals of Mathematical Statistics 12 (1941) 91-96). Null where not all days have the value, or they are too few.
 */
export function spanOf(values: readonly number[], days: number): { mean: number; low: number; high: number } | null {
  if (values.length < days || days < MIN_DAYS) return null
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.floor((days + 1) / 40)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, low: sorted[rank - 1] ?? mean, high: sorted[days - rank] ?? mean }
}
