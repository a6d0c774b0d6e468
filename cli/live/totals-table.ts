/** The table of totals: both arms, outcome by outcome, and what they cost the upstream. */

import { type Counts, requestsOf } from '../../server/runs/counters.ts'
import { formatCount, formatShare } from '../report/format.ts'
import type { Model } from './model.ts'
import { type Block, type Line, type Style, styled, type Window } from './styled-line.ts'

interface Column {
  readonly name: string
  readonly style: Style
  /** Columns of a lower rank stay longer in a narrow window. */
  readonly rank: number
  value(counts: Counts): string
}

const COLUMNS: readonly Column[] = [
  { name: 'requests', style: 'plain', rank: 4, value: counts => formatCount(requestsOf(counts)) },
  { name: 'success', style: 'success', rank: 0, value: counts => formatCount(counts.success) },
  { name: 'failed', style: 'failed', rank: 0, value: counts => formatCount(counts.failed) },
  { name: 'short-circuited', style: 'shortCircuited', rank: 0, value: counts => formatCount(counts.shortCircuited) },
  { name: 'from cache', style: 'fromCache', rank: 1, value: counts => formatCount(counts.fromCache) },
  { name: 'upstream', style: 'plain', rank: 3, value: counts => formatCount(counts.calls) },
  { name: 'wasted', style: 'plain', rank: 2, value: counts => formatCount(counts.wasted) },
  { name: 'useful', style: 'strong', rank: 1, value: useful },
]
/** The narrowest that the names of the arms may become. */
const MIN_NAME = 8
const MAX_NAME = 24
const MAX_RANK = 4
/** Columns of this rank and above go before a name is cut. */
const DISPENSABLE = 3

/** The heading of the table, and a line for each arm that is switched on. */
export function totalsTable(model: Model, { width }: Window): Block[] {
  const arms: { name: string; counts: Counts }[] = [
    { name: model.arm.name, counts: model.totals.main },
    ...(model.baselineOn ? [{ name: 'none', counts: model.totals.baseline }] : []),
  ]
  const columns = fitting(
    COLUMNS.filter(column => column.name !== 'from cache' || model.arm.caches),
    width,
    Math.min(MAX_NAME, Math.max(...arms.map(({ name }) => name.length)) + 1),
  )
  const rest = width - 2 - sum(columns.map(column => wide(column, gapOf(width))))
  const nameWidth = Math.max(0, Math.min(MAX_NAME, rest))
  const cell = (column: Column, text: string) => text.padStart(wide(column, gapOf(width)))
  const head: Line = [
    styled(` ${' '.repeat(nameWidth)}${columns.map(column => cell(column, column.name)).join('')}`, 'dim'),
  ]
  const lines = arms.map(
    ({ name, counts }): Line => [
      styled(` ${name.slice(0, Math.max(0, nameWidth - 1)).padEnd(nameWidth)}`, 'strong'),
      ...columns.map(column => styled(cell(column, column.value(counts)), column.style)),
    ],
  )
  return [{ rank: 2, lines: [head, ...lines] }]
}

/** The columns that a window of this width has room for. */
function fitting(columns: readonly Column[], width: number, nameWidth: number): readonly Column[] {
  for (let rank = MAX_RANK; rank > 0; rank--) {
    const kept = columns.filter(column => column.rank <= rank)
    const least = rank >= DISPENSABLE ? Math.max(MIN_NAME, nameWidth) : MIN_NAME
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
