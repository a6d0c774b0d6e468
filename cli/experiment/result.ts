/** The result document of a run: what was asked for, what was measured, and what it means. */

import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { circuitSettings } from '../breaker/options.ts'
import { crossTable } from '../load/bits.ts'
import type { Recorder } from '../load/recorder.ts'
import { circuitOptions } from '../policy/circuit-parameters.ts'
import { CIRCUITS, type ParsedArm } from '../policy/parse.ts'
import type { ArmResult, Result, Unjudged } from '../report/result.ts'
import { recovery } from '../report/stats/recovery.ts'
import { judged } from '../report/verdict/verdict.ts'
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
  /** Whether the arms met the same fates, request by request. */
  readonly paired: boolean
}

/** The result of a run, judged. */
export function resultOf(run: FinishedRun, context: ResultContext): Result {
  const { command, title, startedAtWallMs, failRate, conditions, paired, simulated } = context
  const { schedule, load, seed, target } = context.options
  const { report, recorders } = run
  const trouble = [...run.trouble]
  const unjudged: Unjudged = {
    schema: 1,
    command,
    ...(title === undefined ? {} : { title }),
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
    trouble,
    pairs: paired ? pairsOf(recorders, report.sent) : null,
    arms: recorders.map((recorder): ArmResult => {
      const measured = recorder.measured()
      return { ...measured, ...recovery(measured.series, trouble) }
    }),
    request: target.describe(load.codes),
    ...(conditions === undefined ? {} : { conditions }),
  }
  return judged(unjudged)
}

/** Under which conditions the arms are measured; `settings` are those of the server when the first run begins. */
export function conditionsOf(
  { circuit, conditions, load, oneByOne }: ExperimentSpec,
  arms: readonly ParsedArm[],
  settings: Readonly<Record<string, unknown>> | undefined,
): NonNullable<Result['conditions']> {
  const { failRate, outages, scenario } = conditions
  const { connections, keepAlive, headersTimeoutMs, bodyTimeoutMs, warmup } = load
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
    connections: {
      max: connections,
      keepAlive,
      ...(headersTimeoutMs === undefined ? {} : { headersTimeoutMs }),
      ...(bodyTimeoutMs === undefined ? {} : { bodyTimeoutMs }),
    },
    warmup,
    oneByOne,
  }
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
