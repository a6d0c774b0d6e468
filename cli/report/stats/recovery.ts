/** Measures how long the useful answers took to come back after the trouble ended. */

import type { ArmResult, Series, Trouble } from '../result.ts'

/** Width of one element of a series, in milliseconds. */
export const QUARTER_MS = 250

/** The share of useful answers at which a service counts as back. */
export const BACK = 0.95

/**
 * From the end of the last trouble to the first full second, begun at a quarter second after it, with at least 95 %
 * useful answers. `recovered` is false where the run ended before that, and null where there was no trouble or the run
 * ended less than a second after it. A second without a single answer is no proof and does not count.
 */
export function recovery(series: Series, trouble: Trouble): Pick<ArmResult, 'recoveryMs' | 'recovered'> {
  if (trouble.length === 0 || series.length === 0) return { recoveryMs: null, recovered: null }
  const end = Math.max(...trouble.map(spell => spell.toMs))
  const last = series.reduce((latest, quarter) => Math.max(latest, quarter.atMs), 0) + QUARTER_MS
  const first = Math.ceil(end / QUARTER_MS) * QUARTER_MS
  if (first + 1_000 > last) return { recoveryMs: null, recovered: null }
  const quarters = new Map(series.map(quarter => [Math.floor(quarter.atMs / QUARTER_MS), quarter]))
  for (let start = first; start + 1_000 <= last; start += QUARTER_MS) {
    if (isBack(quarters, start / QUARTER_MS)) return { recoveryMs: start - end, recovered: true }
  }
  return { recoveryMs: null, recovered: false }
}

/**
 * From the start of the trouble (or of the run, where none is known) to the first time the circuit opened after it,
 * in milliseconds; null where it never did.
 */
export function timeToOpen(states: ArmResult['states'], trouble: Trouble): number | null {
  const from = trouble.length === 0 ? 0 : Math.min(...trouble.map(spell => spell.fromMs))
  const opening = states.find(change => change.state === 'open' && change.atMs >= from)
  return opening ? opening.atMs - from : null
}

function isBack(quarters: ReadonlyMap<number, Series[number]>, first: number): boolean {
  let useful = 0
  let all = 0
  for (let index = first; index < first + 1_000 / QUARTER_MS; index++) {
    const quarter = quarters.get(index)
    if (!quarter) continue
    useful += quarter.success + quarter.fromCache
    all += quarter.success + quarter.fromCache + quarter.failed + quarter.shortCircuited
  }
  return all > 0 && useful >= BACK * all
}
