/** Makes the result document of a contest: what was asked for, what was measured, and what it means. */

import { recovery } from '../report/recovery.ts'
import type { Result, Trouble, Unjudged } from '../report/result.ts'
import { judge } from '../report/verdict.ts'
import { crossTable } from './bits.ts'
import type { Contest, Held } from './contest.ts'

/** What a result says beside the figures. */
export interface Frame {
  readonly command: Result['command']
  readonly title?: string
  /** When the run began, in milliseconds since 1970. */
  readonly startedAtWallMs: number
  /** Outages and raised rates that are known, from the start of the run. */
  readonly trouble: Readonly<Trouble>
  /** Whether the arms met the same fates, request by request. */
  readonly paired: boolean
}

export function resultOf(contest: Contest, { played, recorders }: Held, frame: Frame): Result {
  const { schedule, timeoutMs, seed, target } = contest
  const [a] = recorders
  const b = recorders.at(-1)
  const pairs =
    frame.paired && a && b && a !== b ? { a: a.name, b: b.name, ...crossTable(a.useful, b.useful, played.sent) } : null
  const unjudged: Unjudged = {
    schema: 1,
    command: frame.command,
    ...(frame.title === undefined ? {} : { title: frame.title }),
    seed,
    target: target.url,
    startedAt: new Date(frame.startedAtWallMs).toISOString(),
    interrupted: played.interrupted,
    load: {
      requests: played.sent,
      concurrency: schedule.concurrency,
      everyMs: schedule.everyMs,
      timeoutMs,
      durationMs: tenths(played.durationMs),
      late: played.late,
      lagMs: played.lagMs,
    },
    trouble: [...frame.trouble],
    pairs,
    arms: recorders.map(recorder => {
      const measured = recorder.measured()
      return { ...measured, ...recovery(measured.series, [...frame.trouble]) }
    }),
  }
  return { ...unjudged, verdict: judge(unjudged) }
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}
