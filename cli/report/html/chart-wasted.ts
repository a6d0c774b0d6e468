/** The chart of wasted calls, added up over time, all arms in one. */

import { formatCount } from '../format.ts'
import type { Result } from '../result.ts'
import { binned, seriesSpanMs } from '../stats/bins.ts'
import { linear, PLOT, ticks, timeAxis, timeLabel, valueAxis } from './axes.ts'
import { html, type Markup } from './markup.ts'
import { dataTable } from './page.ts'

const BOTTOM = 190
const COLOURS = ['var(--failed)', 'var(--useful)', 'var(--refused)', 'var(--cached)']
const DASHES = ['', '9 5', '3 4', '12 4 3 4']

/** The chart with its legend; nothing where no call was wasted. */
export function wastedChart({ arms }: Result): Markup[] {
  const spanMs = seriesSpanMs(arms)
  const lines = arms.map(arm => {
    let sum = 0
    const points = binned(arm, spanMs).map(bin => {
      sum += bin.wasted
      return { atMs: bin.toMs, sum }
    })
    return { name: arm.name, points: [{ atMs: 0, sum: 0 }, ...points] }
  })
  const highest = Math.max(0, ...lines.map(line => line.points.at(-1)?.sum ?? 0))
  if (highest === 0) return []
  const values = ticks(highest)
  const x = linear(spanMs, PLOT.left, PLOT.right)
  const y = linear(values.at(-1) ?? 1, BOTTOM, PLOT.top)
  const totals = lines.map(line => `${line.name} ${formatCount(line.points.at(-1)?.sum ?? 0)}`).join(', ')
  return [
    html`<section><h2>Wasted calls, added up</h2>
<p class="quiet">Calls that reached the upstream and failed: load that helped nobody.</p>
<ul class="legend">${lines.map(({ name, points }, index) => html`<li><svg viewBox="0 0 24 14" aria-hidden="true">${stroke('M0 7H24', index)}</svg>${name}: ${formatCount(points.at(-1)?.sum ?? 0)}</li>`)}</ul>
<figure><svg viewBox="0 0 ${PLOT.width} ${BOTTOM + 28}" role="img" aria-label="Wasted calls over ${timeLabel(spanMs)}: ${totals}.">
${valueAxis(values, y, 'calls')}
${timeAxis(spanMs, x, BOTTOM)}
${lines.map(({ points }, index) => stroke(`M${points.map(({ atMs, sum }) => `${x(atMs).toFixed(1)} ${y(sum).toFixed(1)}`).join('L')}`, index))}
</svg></figure>
${dataTable(
  'wasted calls over time',
  ['up to', ...lines.map(line => line.name)],
  (lines[0]?.points ?? []).map(({ atMs }, index) => [
    timeLabel(atMs),
    ...lines.map(line => formatCount(line.points[index]?.sum ?? 0)),
  ]),
)}</section>`,
  ]
}

function stroke(path: string, index: number): Markup {
  const [colour, dash] = [COLOURS[index % COLOURS.length] ?? '', DASHES[index % DASHES.length] ?? '']
  return html`<path class="line" d="${path}" stroke="${colour}" stroke-dasharray="${dash}"/>`
}
