/** The result of a run whose thread is gone, from what it had told by then: its counts, without latencies. */

import type { ArmTotals } from '../control/live-publisher.ts'
import { scheduleOf } from '../load/schedule.ts'
import { catalogTarget } from '../load/target.ts'
import type { ArmResult, LatencySummary, Result } from '../report/result.ts'
import { total } from '../report/stats/figures.ts'
import { judged } from '../report/verdict/verdict.ts'
import type { ThreadOrder } from './attend.ts'

/** What was told of a run, some milliseconds after its start. */
export interface ToldStep {
  readonly atMs: number
  readonly arms: readonly ArmTotals[]
}

/** @returns null where nothing was told that could be kept */
export function salvaged(order: ThreadOrder, steps: readonly ToldStep[], startedAtWallMs: number): Result | null {
  const { spec, url } = order
  const last = steps.at(-1)
  if (!last || last.arms.length === 0) return null
  const target = catalogTarget(new URL(url))
  const schedule = scheduleOf(spec.load, spec.seed)
  const arms = last.arms.map((arm, index) =>
    armOf(
      arm,
      steps.map(({ atMs, arms }) => ({ atMs, arm: arms[index] })),
    ),
  )
  if (arms.every(({ outcomes }) => total(outcomes) === 0)) return null
  return judged({
    schema: 1,
    command: arms.length > 1 ? 'compare' : 'burst',
    ...(spec.title === undefined ? {} : { title: spec.title }),
    ...(spec.session === undefined || spec.session === 'default' ? {} : { session: spec.session }),
    seed: spec.seed,
    target: target.url,
    startedAt: new Date(startedAtWallMs).toISOString(),
    interrupted: true,
    load: {
      requests: Math.max(...arms.map(({ outcomes }) => total(outcomes))),
      concurrency: schedule.concurrency,
      everyMs: schedule.everyMs,
      timeoutMs: spec.load.timeoutMs,
      durationMs: last.atMs,
      schedule: schedule.shape,
      late: 0,
      lagMs: { p99: 0, max: 0 },
    },
    trouble: spec.conditions.outages.map(({ fromMs, toMs, failRate }) => ({
      ...{ fromMs, toMs },
      what: failRate === 100 ? 'outage' : `${failRate} % outage`,
    })),
    pairs: null,
    arms,
    request: target.describe(spec.load.codes),
  })
}

const UNKNOWN: LatencySummary = { count: 0, p50: null, p95: null, p99: null, max: null }

function armOf(
  { name, states, calls, wasted, ...outcomes }: ArmTotals,
  steps: readonly { readonly atMs: number; readonly arm: ArmTotals | undefined }[],
): ArmResult {
  return {
    ...{ name, outcomes, states: [...states], upstream: { calls, wasted } },
    latencyMs: { all: UNKNOWN, success: UNKNOWN, failed: UNKNOWN, shortCircuited: UNKNOWN, fromCache: UNKNOWN },
    ...{ recoveryMs: null, recovered: null, failures: {} },
    series: steps.map(({ arm }, index) => {
      const before = steps[index - 1]
      const since = (counter: 'success' | 'failed' | 'shortCircuited' | 'fromCache' | 'calls' | 'wasted') =>
        (arm?.[counter] ?? 0) - (before?.arm?.[counter] ?? 0)
      return {
        atMs: before?.atMs ?? 0,
        ...{ success: since('success'), failed: since('failed'), shortCircuited: since('shortCircuited') },
        ...{ fromCache: since('fromCache'), calls: since('calls'), wasted: since('wasted') },
      }
    }),
  }
}
