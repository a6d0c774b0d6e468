/** The runs of a demo in one table: what each regime came to without a breaker and with one, and what it did there. */

import { formatCount, formatShare } from '../format.ts'
import type { Look } from '../look.ts'
import type { ArmResult, Result } from '../result.ts'
import { usefulShare } from '../stats/figures.ts'
import { recoveryText } from '../verdict/words.ts'
import { columnWidths } from '../wrap.ts'

/** A line a result, the first arm against the last; ends without a newline. */
export function renderRegimes(results: readonly Result[], { ascii, palette, words }: Look): string {
  const arrow = ascii ? '->' : '→'
  const lines = results.flatMap(({ title, arms, verdict }) => {
    const [first, last] = [arms[0], arms.at(-1)]
    if (!first || !last) return []
    const pair = (of: (arm: ArmResult) => string) => `${of(first)} ${arrow} ${of(last)}`
    const effect = `regime.${verdict.code}`
    return [
      [
        (title ?? '')
          .replace(/^\d+\. /, '')
          .replace(/:.*/, '')
          .toLowerCase(),
        pair(arm => formatShare(usefulShare(arm.outcomes))),
        pair(arm => formatCount(arm.upstream.wasted)),
        pair(arm => recoveryText(arm, words)),
        words(EFFECTS.has(verdict.code ?? '') ? effect : 'regime.other'),
      ],
    ]
  })
  const headings = [
    '',
    words('sweep.column.useful'),
    words('row.wasted'),
    words('row.recovery'),
    words('regime.heading'),
  ]
  const widths = columnWidths(headings, lines)
  const write = (cells: readonly string[]) =>
    `  ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('   ')}`.trimEnd()
  const title = `  ${words('regime.title', { arrow })}`
  return [palette.paint('strong', title), '', palette.paint('quiet', write(headings)), ...lines.map(write)].join('\n')
}

/** The verdicts that say what the breaker did. */
const EFFECTS: ReadonlySet<string> = new Set(['helped', 'hurt', 'saved', 'price', 'traded'])
