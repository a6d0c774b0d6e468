/** The list of kept runs, as `chaos runs ls` prints it. */

import { formatCount, formatShare } from '../format.ts'
import type { Look } from '../look.ts'
import { columnWidths } from '../wrap.ts'

/** One kept run, in short. */
export interface RunRow {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly title: string
  readonly requests: number
  readonly interrupted: boolean
  /** `useful` is a share from 0 to 1. */
  readonly arms: readonly { readonly name: string; readonly useful: number | null }[]
}

const HEADINGS = ['run', 'started (UTC)', 'requests', 'useful', 'what'] as const
/** Columns of figures; the others are text and begin at the left. */
const FIGURES = new Set<number>([2])

/** Most columns of the useful shares, one of them an arm: the rest of the terminal belongs to what was run. */
const USEFUL_WIDTH = 24

/** A line a run, in the order given; ends without a newline. The last column is cut to the width of the terminal. */
export function renderRuns(rows: readonly RunRow[], look: Look): string {
  if (rows.length === 0) return '  No run is kept yet. Make one: npx chaos compare'
  const lines = rows.map(({ id, startedAt, title, requests, interrupted, arms }) => [
    id,
    startedAt.slice(0, 16).replace('T', ' '),
    formatCount(requests),
    cut(arms.map(arm => formatShare(arm.useful)).join(' / '), { ...look, width: USEFUL_WIDTH }),
    `${title}${interrupted ? ' (interrupted)' : ''}`,
  ])
  const widths = columnWidths(HEADINGS, lines)
  const write = (cells: readonly string[]) => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0
      return FIGURES.has(column) ? cell.padStart(width) : cell.padEnd(width)
    })
    return cut(`  ${padded.join('  ')}`.trimEnd(), look)
  }
  return [look.palette.paint('strong', write(HEADINGS)), ...lines.map(write)].join('\n')
}

function cut(line: string, { width, ascii }: Look): string {
  if (line.length <= width) return line
  const end = ascii ? '..' : '…'
  return line.slice(0, Math.max(0, width - end.length)) + end
}
