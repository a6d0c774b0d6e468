/** Makes the result document of a run: what was asked for, what was measured, and what it means. */

import { crossTable } from '../load/bits.ts'
import type { Recorder } from '../load/recorder.ts'
import type { ArmResult, Result, Unjudged } from '../report/result.ts'
import { recovery } from '../report/stats/recovery.ts'
import { judged } from '../report/verdict/verdict.ts'
import type { Contest, Held } from './run.ts'

/** What a result says beside the figures. */
export interface Frame {
  readonly command: Result['command']
  readonly title?: string
  /** When the run began, in milliseconds since 1970. */
  readonly startedAtWallMs: number
  /** Of the server, in percent, when the run began and when it ended. */
  readonly failRate?: Result['failRate'] | undefined
  /** Whether the arms met the same fates, request by request. */
  readonly paired: boolean
}

/** The result of a run that was held. */
export function resultOf(contest: Contest, held: Held, frame: Frame): Result {
  const { schedule, timeoutMs, seed, target, codes } = contest
  const { played, recorders } = held
  const trouble = [...held.trouble]
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
      schedule: schedule.shape,
      late: played.late,
      lagMs: played.lagMs,
      ...(played.eventLoopMs === undefined ? {} : { eventLoopMs: played.eventLoopMs }),
    },
    ...(frame.failRate === undefined ? {} : { failRate: frame.failRate }),
    trouble,
    pairs: frame.paired ? pairsOf(recorders, played.sent) : null,
    arms: recorders.map((recorder): ArmResult => {
      const measured = recorder.measured()
      return { ...measured, ...recovery(measured.series, trouble) }
    }),
    request: target.describe(codes),
  }
  return judged(unjudged)
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
