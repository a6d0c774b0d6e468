/** The result document of a run: what was asked for, what was measured, and what it means. */

import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { circuitSettings } from '../breaker/options.ts'
import { crossTable } from '../load/bits.ts'
import type { Recorder } from '../load/recorder.ts'
import { sameRequests } from '../load/same-requests.ts'
import { circuitOptions } from '../policy/circuit-parameters.ts'
import { CIRCUITS, type ParsedArm } from '../policy/parse.ts'
import type { ArmDifference, ArmResult, Result, RunEvent, Unjudged } from '../report/result.ts'
import { differenceOf } from '../report/stats/differences.ts'
import {
  afterTrouble,
  knownTrouble,
  observedOutages,
  RECOVERY_MEASURE,
  recoveries,
  recovery,
} from '../report/stats/recovery.ts'
import { roundTripsOf } from './other-days.ts'
import type { FinishedRun, RunOptions } from './run.ts'

/** What a result says beside the figures. */
export interface ResultContext {
  readonly command: Result['command']
  readonly title?: string | undefined
  readonly options: RunOptions
  /** When the run began, in milliseconds since 1970. */
  readonly startedAtWallMs: number
  /** Of the server, in percent, when the run began and when it ended. */
  readonly failRate?: Result['failRate'] | undefined
  readonly conditions: Result['conditions']
  /** The world of a run that took place in none. */
  readonly simulated?: Result['simulated'] | undefined
  readonly pairing: NonNullable<Result['pairing']>
  /** Whether each request fails on its own in that arm and in the first. */
  readonly isIndependent: (arm: string) => boolean
  /** The useful share that the settings alone promise, 0 to 1; null where nobody knows. */
  readonly promised: number | null
}

/** The result of a run, before anybody has said what it means. */
export function resultOf(run: FinishedRun, context: ResultContext): Unjudged {
  const { command, title, startedAtWallMs, failRate, conditions, simulated, pairing, promised } = context
  const { schedule, load, seed, target, session } = context.options
  const { report, recorders, events } = run
  const trouble = [...run.trouble]
  const known = [...trouble, ...observedOutages(events ?? [], report.durationMs)]
  const surroundings = { trouble: known, promised, stays: changeStays(events) }
  const arms = recorders.map((recorder): ArmResult => {
    const all = recoveries(recorder.sent.steps(), surroundings)
    const codes = byCode(recorder, load.codes, report.sent)
    return {
      ...recorder.measured(),
      ...recovery(all),
      ...(all.length === 0 ? {} : { recoveries: all }),
      ...(codes.length === 0 ? {} : { byCode: codes }),
    }
  })
  const unjudged: Unjudged = {
    schema: 1,
    command,
    ...(title === undefined ? {} : { title }),
    ...(session === undefined ? {} : { session }),
    seed,
    target: target.url,
    ...(simulated === undefined ? {} : { simulated }),
    startedAt: new Date(startedAtWallMs).toISOString(),
    interrupted: report.interrupted,
    load: {
      requests: report.sent,
      concurrency: schedule.concurrency,
      everyMs: schedule.everyMs,
      timeoutMs: load.timeoutMs,
      durationMs: tenths(report.durationMs),
      schedule: schedule.shape,
      late: report.late,
      lagMs: report.lagMs,
      ...(report.eventLoopMs === undefined ? {} : { eventLoopMs: report.eventLoopMs }),
    },
    ...(failRate === undefined ? {} : { failRate }),
    recoveryMeasure: RECOVERY_MEASURE,
    ...(events === null ? {} : { events: [...events] }),
    trouble,
    pairs: pairing.holds && !run.vanished ? pairsOf(recorders, report.sent) : null,
    ...(arms.length < 2 || run.vanished ? {} : { pairing }),
    ...(run.vanished ? { vanished: [...run.vanished] } : {}),
    arms,
    request: target.describe(load.codes),
    ...(conditions === undefined ? {} : { conditions }),
    ...(run.flow ? { flow: { every: run.flow.every, dots: [...run.flow.dots] } } : {}),
    ...(simulated === undefined
      ? { delays: { roundTripMs: roundTripsOf(recorders).condensed(), latenessMs: report.lag.condensed() } }
      : {}),
  }
  return { ...unjudged, differences: run.vanished ? [] : differences(unjudged, recorders, context) }
}

/** Each arm against the first, over the same requests where the schedule, not the answers, decided which those are. */
function differences(
  result: Unjudged,
  recorders: readonly Recorder[],
  { options: { schedule }, pairing, isIndependent }: ResultContext,
): ArmDifference[] {
  const { seed, arms, load } = result
  const [first, ...others] = recorders
  const isAfterTrouble = afterTrouble(knownTrouble(result))
  return others.flatMap((recorder, index) => {
    const [before, after] = [arms[0], arms[index + 1]]
    if (!first || !before || !after) return []
    return differenceOf(seed, before, after, {
      pairs: pairing.holds ? crossTable(first.useful, recorder.useful, load.requests) : null,
      independent: isIndependent(after.name),
      same:
        schedule.shape.kind === 'closed'
          ? null
          : sameRequests(first.endings, recorder.endings, load.requests, schedule.at, isAfterTrouble),
    })
  })
}

/** Codes of products that are told apart. */
const MAX_CODES = 20

/** The codes with most failures, of those that were asked for; none where there was only one. */
function byCode({ endings }: Recorder, codes: readonly string[], requests: number): NonNullable<ArmResult['byCode']> {
  if (codes.length < 2) return []
  const counts = codes.map(code => ({ code, requests: 0, failed: 0 }))
  for (let index = 0; index < Math.min(requests, endings.size); index++) {
    const [count, outcome] = [counts[index % codes.length], endings.outcome(index)]
    if (!count || outcome === null) continue
    count.requests++
    if (outcome === 'failed') count.failed++
  }
  return counts.toSorted((a, b) => b.failed - a.failed).slice(0, MAX_CODES)
}

/** Says of a spell whether the server is still failing more, or slower, after it than before it. */
function changeStays(events: readonly RunEvent[] | null) {
  return ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): boolean =>
    ['fail-rate', 'slower'].some(what => {
      const changes = (events ?? []).filter(event => event.what === what)
      const last = changes.findLast(({ atMs }) => atMs <= toMs + EDGE_MS)
      const before = changes.findLast(({ atMs }) => atMs < fromMs - EDGE_MS)?.figures.to ?? changes[0]?.figures.from
      return typeof before === 'number' && typeof last?.figures.to === 'number' && last.figures.to > before
    })
}

/** What happens so close to an edge of a spell, in milliseconds, belongs to it. */
const EDGE_MS = 150

/** Under which conditions the arms are measured; `settings` are those that they begin with. */
export function conditionsOf(
  { circuit, conditions, load, oneByOne }: ExperimentSpec,
  arms: readonly ParsedArm[],
  settings: Readonly<Record<string, unknown>> | undefined,
): NonNullable<Result['conditions']> {
  const { failRate, outages, scenario } = conditions
  const { connections, keepAlive, headersTimeoutMs, bodyTimeoutMs, clients, warmup } = load
  return {
    ...(settings === undefined ? {} : { settings }),
    ...(failRate === undefined ? {} : { failRate }),
    ...(scenario === undefined ? {} : { scenario }),
    ...(outages.length === 0 ? {} : { outages: [...outages] }),
    circuits: arms.flatMap(arm => {
      const engine = CIRCUITS.find(word => arm.policies.has(word))
      if (engine === undefined) return []
      return [
        { arm: arm.name, engine, options: circuitSettings(circuitOptions(arm.policies.get(engine) ?? {}, circuit)) },
      ]
    }),
    ...(Object.keys(circuit).length === 0 ? {} : { circuit: definedIn(circuit) }),
    connections: {
      max: connections,
      keepAlive,
      ...(headersTimeoutMs === undefined ? {} : { headersTimeoutMs }),
      ...(bodyTimeoutMs === undefined ? {} : { bodyTimeoutMs }),
    },
    ...(clients === undefined ? {} : { clients }),
    warmup,
    oneByOne,
  }
}

/** The options that were given. */
function definedIn(circuit: ExperimentSpec['circuit']): NonNullable<NonNullable<Result['conditions']>['circuit']> {
  return Object.fromEntries(
    Object.entries(circuit).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** The first arm and the last, request by request. */
function pairsOf(recorders: readonly Recorder[], requests: number): Result['pairs'] {
  const [a] = recorders
  const b = recorders.at(-1)
  return a && b && a !== b ? { a: a.name, b: b.name, ...crossTable(a.useful, b.useful, requests) } : null
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}
