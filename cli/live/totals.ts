/** The table of totals: both arms, outcome by outcome, and what they cost the upstream. */

import { type Counts, requestsOf } from '../../server/runs/counters.ts'
import { formatCount, formatShare } from '../report/format.ts'
import { type Ink, ink, type Line } from './line.ts'
import type { Model } from './model.ts'
import type { Block, Window } from './window.ts'

interface Column {
  readonly name: string
  readonly ink: Ink
  /** Columns of a lower rank stay longer in a narrow window. */
  readonly rank: number
  value(counts: Counts): string
}

const COLUMNS: readonly Column[] = [
  { name: 'requests', ink: 'plain', rank: 4, value: counts => formatCount(requestsOf(counts)) },
  { name: 'success', ink: 'success', rank: 0, value: counts => formatCount(counts.success) },
  { name: 'failed', ink: 'failed', rank: 0, value: counts => formatCount(counts.failed) },
  { name: 'short-circuited', ink: 'shortCircuited', rank: 0, value: counts => formatCount(counts.shortCircuited) },
  { name: 'from cache', ink: 'fromCache', rank: 1, value: counts => formatCount(counts.fromCache) },
  { name: 'upstream', ink: 'plain', rank: 2, value: counts => formatCount(counts.calls) },
  { name: 'wasted', ink: 'plain', rank: 1, value: counts => formatCount(counts.wasted) },
  { name: 'useful', ink: 'strong', rank: 3, value: counts => useful(counts) },
]
/** The narrowest that the names of the arms may become. */
const LEAST_NAME = 8
const MOST_NAME = 24
const MOST_RANK = 4
/** Columns of this rank and above can be worked out from the others. */
const DERIVED = 3

/** The heading of the table, and a line for each arm that is switched on. */
export function totals(model: Model, { width }: Window): Block[] {
  const arms: { name: string; counts: Counts }[] = [
    { name: model.arm.name, counts: model.totals.main },
    ...(model.baselineOn ? [{ name: 'none', counts: model.totals.baseline }] : []),
  ]
  const columns = fitting(
    COLUMNS.filter(column => column.name !== 'from cache' || model.arm.caches),
    width,
    Math.min(MOST_NAME, Math.max(...arms.map(({ name }) => name.length)) + 1),
  )
  const rest = width - 2 - sum(columns.map(column => wide(column, gapOf(width))))
  const nameWidth = Math.max(0, Math.min(MOST_NAME, rest))
  const cell = (column: Column, text: string) => text.padStart(wide(column, gapOf(width)))
  const head: Line = [
    ink(` ${' '.repeat(nameWidth)}${columns.map(column => cell(column, column.name)).join('')}`, 'dim'),
  ]
  const lines = arms.map(
    ({ name, counts }): Line => [
      ink(` ${name.slice(0, Math.max(0, nameWidth - 1)).padEnd(nameWidth)}`, 'strong'),
      ...columns.map(column => ink(cell(column, column.value(counts)), column.ink)),
    ],
  )
  return [{ rank: 2, lines: [head, ...lines] }]
}

/** Columns that can be worked out from the others go before a name is cut, the others after. */
function fitting(columns: readonly Column[], width: number, nameWidth: number): readonly Column[] {
  for (let rank = MOST_RANK; rank > 0; rank--) {
    const kept = columns.filter(column => column.rank <= rank)
    const least = rank >= DERIVED ? Math.max(LEAST_NAME, nameWidth) : LEAST_NAME
    if (least + 2 + sum(kept.map(column => wide(column, gapOf(width)))) <= width) return kept
  }
  return columns.filter(column => column.rank === 0)
}

/** Columns between the columns. */
function gapOf(width: number): number {
  return width < 70 ? 1 : 2
}

function wide(column: Column, gap: number): number {
  return Math.max(7, column.name.length) + gap
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function useful(counts: Counts): string {
  const requests = requestsOf(counts)
  return formatShare(requests === 0 ? null : (counts.success + counts.fromCache) / requests)
}
