/** The trade-off of a sweep as a table: a line a combination, the ones that nothing else beats marked. */

import { formatCount, formatMs, formatPercent } from '../format.ts'
import type { Look } from '../look.ts'
import { noneIsBetter, paretoOptimal, recommended, type Sweep, type SweepPoint } from '../stats/sweep-result.ts'
import { enoughRequests, unfinished } from '../verdict/notes.ts'
import { english, numeral, recoveryText, type Words } from '../verdict/words.ts'
import { columnWidths, paragraph } from '../wrap.ts'

/** One line of the table, as texts. */
export interface SweepLine {
  readonly cells: readonly string[]
  /** No other combination is better in one respect and no worse in the others. */
  readonly optimal: boolean
  readonly point: SweepPoint
}

/** Headings and lines, best useful share first; the baseline, where there is one, last. */
export function sweepLines({ points, baseline }: Sweep, words: Words): { headings: string[]; lines: SweepLine[] } {
  const names = [...new Set(points.flatMap(point => Object.keys(point.settings)))]
  const recovers = [...points, ...(baseline ? [baseline] : [])].some(point => point.recovered !== null)
  const lineOf = (point: SweepPoint, settings: readonly string[], optimal: boolean): SweepLine => ({
    point,
    cells: [
      ...settings,
      ...[
        formatPercent(point.useful),
        formatCount(point.wasted),
        formatCount(point.calls),
        formatMs(point.p95Ms),
        ...(recovers ? [recoveryText(point, words)] : []),
      ].map(text => numeral(text, words)),
    ],
    optimal,
  })
  const optimal = paretoOptimal(points)
  const lines = points
    .map((point, index) => ({ point, optimal: optimal[index] ?? false }))
    .sort((a, b) => (b.point.useful ?? -1) - (a.point.useful ?? -1) || a.point.wasted - b.point.wasted)
    .map(({ point, optimal }) => {
      const settings = names.map(name => point.settings[name] ?? '-')
      return lineOf(point, settings, optimal)
    })
  const last = baseline
    ? [
        lineOf(
          baseline,
          names.map((_, index) => (index === 0 ? baseline.arm : '')),
          false,
        ),
      ]
    : []
  return {
    headings: [
      ...names,
      ...['useful', 'wasted', 'calls', 'p95', ...(recovers ? ['recovery'] : [])].map(each =>
        words(`sweep.column.${each}`),
      ),
    ],
    lines: [...lines, ...last],
  }
}

/** Text of a sweep, ending with a newline. */
export function renderSweep(sweep: Sweep, { width, ascii, palette, words }: Look): string {
  const { headings, lines } = sweepLines(sweep, words)
  const widths = columnWidths(
    headings,
    lines.map(line => line.cells),
  )
  const star = ascii ? '*' : '◆'
  const write = (mark: string, cells: readonly string[]) =>
    `  ${mark} ${cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}`.trimEnd()
  const rule = (ascii ? '-' : '─').repeat(widths.reduce((sum, each) => sum + each + 2, 0))
  const table = [
    palette.paint('strong', write(' ', headings)),
    `  ${palette.paint('quiet', rule)}`,
    ...lines.map(({ cells, optimal }) => (optimal ? palette.paint('strong', write(star, cells)) : write(' ', cells))),
  ]
  const prose = [`${star} ${words('sweep.unbeaten')}`, advice(sweep, words)]
  const paragraphs = prose.map(text => paragraph(text, width))
  return `${[table.join('\n'), ...paragraphs].join('\n\n')}\n`
}

/**
 * One or two sentences: which combination to take, and what it does against no breaker at all. None is recommended where
 * the runs did not see what each does once the trouble is over.
 */
export function advice(sweep: Sweep, words: Words = english): string {
  const { points, baseline, interrupted, trouble } = sweep
  const stopped = interrupted ? [words('sweep.stopped')] : []
  const best = recommended(points)
  if (!best) return [...stopped, words('sweep.nothing')].join(' ')
  if (trouble.length > 0 && points.some(point => point.recovered === null)) {
    const enough = enoughRequests(sweep)
    const more = enough === null ? [] : [words('sweep.enough', { enough })]
    return [...stopped, words('sweep.unfinished', unfinished(sweep)), ...more].join(' ')
  }
  const figures = ({ useful, wasted }: SweepPoint) => ({ useful: useful === null ? null : useful / 100, wasted })
  if (baseline && noneIsBetter(baseline, best)) {
    const settings = { settings: settingsOf(best.settings), ...figures(best) }
    return [...stopped, words('sweep.take-none', figures(baseline)), words('sweep.best-of-all', settings)].join(' ')
  }
  const against = baseline ? [words('sweep.without', figures(baseline))] : []
  return [...stopped, words('sweep.take', { settings: settingsOf(best.settings), ...figures(best) }), ...against].join(
    ' ',
  )
}

/** `threshold 40, open-for 2s` */
export function settingsOf(settings: SweepPoint['settings']): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
