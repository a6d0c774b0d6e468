/** Gathers the quarter seconds of an arm into the bins of a chart, and with its states into the columns of a strip. */

import { addCounts, type Counts, noCounts, requestsOf } from '../../../server/runs/counters.ts'
import type { ArmResult, Unjudged } from '../result.ts'
import { QUARTER_MS } from './recovery.ts'

const MAX_BINS = 240

/** Steps that a time axis may have, in seconds. */
export const TIME_STEPS_S = [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200]

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

/** Fewer bins than these are no chart. */
const MIN_BINS = 12

/** How long a bin is: quarter seconds, 240 of them at most, and a multiple of what lies between two batches where one will do. */
export function binWidthMs(spanMs: number, { schedule, everyMs }: Unjudged['load']): number {
  const least = QUARTER_MS * Math.max(1, Math.ceil(spanMs / QUARTER_MS / MAX_BINS))
  if ((schedule?.kind ?? 'batches') !== 'batches' || everyMs <= 0) return least
  for (let width = least; width <= spanMs / MIN_BINS; width += QUARTER_MS) if (width % everyMs === 0) return width
  return least
}

/** Bins of equal length from 0 to `spanMs`; quarter seconds that are missing count as nothing. */
export function binned(arm: ArmResult, spanMs: number, widthMs: number): Bin[] {
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

type State = ArmResult['states'][number]['state']

/** What happened in one column of the axis. */
export interface Cell {
  readonly useful: number
  readonly failed: number
  readonly refused: number
  /** The state that lasted longest, or a half-open spell too short to do so; null before the first or without a breaker. */
  readonly state: State | null
}

/** `columns` columns of `stepMs` milliseconds each; a quarter second that spans several columns is shown in each. */
export function cellsOf(arm: ArmResult, columns: number, stepMs: number): Cell[] {
  const counts = Array.from({ length: columns }, () => ({ useful: 0, failed: 0, refused: 0 }))
  for (const quarter of arm.series) {
    const first = Math.floor(quarter.atMs / stepMs)
    const after = Math.max(first + 1, Math.floor((quarter.atMs + QUARTER_MS) / stepMs))
    for (const cell of counts.slice(first, after)) {
      cell.useful += quarter.success + quarter.fromCache
      cell.failed += quarter.failed
      cell.refused += quarter.shortCircuited
    }
  }
  const states = statesOf(arm.states, columns, stepMs)
  return counts.map((cell, index) => ({ ...cell, state: states[index] ?? null }))
}

/**
 * A half-open spell is often shorter than a column, and yet the moment that matters: it is shown where it begins,
 * unless the column before shows one already.
 */
function statesOf(changes: ArmResult['states'], columns: number, stepMs: number): (State | null)[] {
  const spells = changes.map((change, at) => ({
    state: change.state,
    from: change.atMs,
    to: changes[at + 1]?.atMs ?? Number.POSITIVE_INFINITY,
  }))
  const shown: (State | null)[] = []
  for (let index = 0; index < columns; index++) {
    const [from, to] = [index * stepMs, (index + 1) * stepMs]
    const within = spells.filter(spell => spell.from < to && spell.to > from)
    const probing = within.some(spell => spell.state === 'half-open' && spell.from >= from)
    const longest = within.sort((a, b) => lasting(b, from, to) - lasting(a, from, to))[0]
    shown.push(probing && shown.at(-1) !== 'half-open' ? 'half-open' : (longest?.state ?? null))
  }
  return shown
}

function lasting(spell: { readonly from: number; readonly to: number }, from: number, to: number): number {
  return Math.min(spell.to, to) - Math.max(spell.from, from)
}
