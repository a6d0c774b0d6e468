/** Gathers the quarter seconds of an arm into no more bins than a chart can show. */

import { addCounts, type Counts, noCounts, requestsOf } from '../../../server/runs/counters.ts'
import type { ArmResult } from '../result.ts'
import { QUARTER_MS } from './recovery.ts'

const MOST = 240

/** What ended within a spell of the run. */
export interface Bin extends Readonly<Counts> {
  readonly fromMs: number
  readonly toMs: number
  /** Requests that ended, whatever became of them. */
  readonly all: number
  /** The state at the end of the bin; null without a breaker. */
  readonly state: string | null
}

/** How long the longest series lasts, in milliseconds; 0 without one. */
export function seriesSpanMs(arms: readonly ArmResult[]): number {
  let span = 0
  for (const { series } of arms) for (const { atMs } of series) span = Math.max(span, atMs + QUARTER_MS)
  return span
}

/** Bins of equal length from 0 to `spanMs`, 240 at most; quarter seconds that are missing count as nothing. */
export function binned(arm: ArmResult, spanMs: number): Bin[] {
  const widthMs = QUARTER_MS * Math.max(1, Math.ceil(spanMs / QUARTER_MS / MOST))
  const bins = Array.from({ length: Math.ceil(spanMs / widthMs) }, noCounts)
  for (const quarter of arm.series) {
    const bin = bins[Math.floor(quarter.atMs / widthMs)]
    if (bin) addCounts(bin, quarter)
  }
  return bins.map((bin, index) => {
    const toMs = (index + 1) * widthMs
    return {
      ...bin,
      fromMs: index * widthMs,
      toMs,
      all: requestsOf(bin),
      state: arm.states.findLast(change => change.atMs < toMs)?.state ?? null,
    }
  })
}
