/** A sweep as one HTML file: what to take, the trade-off as a chart, and every combination in a table. */

import { formatCount } from '../format.ts'
import type { Look } from '../look.ts'
import { paretoOptimal, type Sweep, type SweepPoint } from '../stats/sweep-result.ts'
import { advice, settingsOf, sweepLines } from '../text/sweep.ts'
import { describeRun, english, numeral, type Words } from '../verdict/words.ts'
import { linear, PLOT, ticks, valueAxis } from './axes.ts'
import { html, type Markup } from './markup.ts'
import { page } from './page.ts'

/** The document; as closed to scripts and loads as that of a single result. */
export function renderSweepHtml(sweep: Sweep, { words }: Pick<Look, 'words'> = { words: english }): string {
  const title = sweep.title ?? words('sweep.title')
  const { headings, lines } = sweepLines(sweep, words)
  const all = words('sweep.all')
  return page(
    title,
    [
      html`<header><h1>${title}</h1><p class="quiet">${describeRun(sweep, '-a-combination', words)}, ${words('report.started', { at: sweep.startedAt })}</p></header>
<div class="verdict"><p>${advice(sweep, words)}</p></div>`,
      ...sweepChart(sweep, words),
      html`<section><h2>${all}</h2><div class="wide" role="region" aria-label="${all}" tabindex="0"><table>
<thead><tr><td></td>${headings.map(text => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${lines.map(({ cells, optimal }) => html`<tr class="${optimal ? 'first' : ''}"><td>${optimal ? `◆ ${words('sweep.mark')}` : ''}</td>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div><p class="quiet">◆ ${words('sweep.unbeaten')}</p></section>`,
    ],
    words,
  )
}

const BOTTOM = 330

/** Useful share against wasted calls, a dot a combination, the best joined by a line: up and to the left is better. Nothing where no combination was run. */
function sweepChart(sweep: Sweep, words: Words): Markup[] {
  const optimal = paretoOptimal(sweep.points)
  const dots = sweep.points.flatMap((point, index) =>
    point.useful === null ? [] : [{ point, useful: point.useful, optimal: optimal[index] ?? false }],
  )
  const base = sweep.baseline?.useful == null ? [] : [{ point: sweep.baseline, useful: sweep.baseline.useful }]
  if (dots.length === 0) return []
  const steps = ticks(Math.max(...[...dots, ...base].map(({ point }) => point.wasted)), 8)
  const x = linear(steps.at(-1) ?? 1, PLOT.left, PLOT.right - 16)
  const y = linear(100, BOTTOM, PLOT.top)
  const front = dots.filter(dot => dot.optimal).sort((a, b) => a.point.wasted - b.point.wasted || a.useful - b.useful)
  return [
    html`<section><h2>${words('sweep.trade-off')}</h2>
<p class="quiet">${words('sweep.dots')}${base.length > 0 ? ` ${words('sweep.cross')}` : ''}</p>
<figure><svg viewBox="0 0 ${PLOT.width} ${BOTTOM + 44}" role="img" aria-label="${words('sweep.chart', { dots: dots.length, front: front.length })}">
${valueAxis([0, 25, 50, 75, 100], y, `${words('row.useful')}, %`, words)}
<text x="${PLOT.right}" y="${BOTTOM + 38}" text-anchor="end">${words('row.wasted')}</text>
${steps.map(value => html`<path class="axis" d="M${x(value)} ${BOTTOM}v5"/><text x="${x(value)}" y="${BOTTOM + 18}" text-anchor="middle">${numeral(formatCount(value), words)}</text>`)}
<path class="line" stroke="var(--useful)" stroke-dasharray="4 4" d="${front.map(({ point, useful }, index) => `${index === 0 ? 'M' : 'L'}${x(point.wasted).toFixed(1)} ${y(useful).toFixed(1)}`).join('')}"/>
${dots.map(({ point, useful, optimal }) => {
  const [cx, cy] = [x(point.wasted), y(useful)]
  const title = html`<title>${describe(point, words)}</title>`
  return optimal
    ? html`<path d="M${cx} ${cy - 8}l8 8l-8 8l-8 -8Z" fill="var(--useful)" stroke="var(--page)">${title}</path>`
    : html`<circle cx="${cx}" cy="${cy}" r="5" fill="var(--page)" stroke="var(--cached)" stroke-width="2">${title}</circle>`
})}
${base.map(({ point, useful }) => html`<path d="M${x(point.wasted) - 7} ${y(useful) - 7}l14 14m0 -14l-14 14" stroke="var(--failed)" stroke-width="3"><title>${describe(point, words)}</title></path><text class="ink" x="${x(point.wasted) - 12}" y="${y(useful) - 12}" text-anchor="end">${point.arm}</text>`)}
${labels(
  front.map(({ point, useful }) => ({ x: x(point.wasted), y: y(useful), text: settingsOf(point.settings) })),
).map(
  ({ left, baseline, text }) =>
    html`<text class="ink" x="${left.toFixed(1)}" y="${baseline.toFixed(1)}">${text}</text>`,
)}
</svg></figure></section>`,
  ]
}

/** A text beside a point of the chart. */
interface Label {
  readonly left: number
  readonly baseline: number
  readonly text: string
}

const LETTER_WIDTH = 7
const LINE_HEIGHT = 16

/** Writes what each point stands for beside it, where that covers no other point and no other text; the rest is in the titles and the table. */
function labels(points: readonly { readonly x: number; readonly y: number; readonly text: string }[]): Label[] {
  const placed: Label[] = []
  for (const { x, y, text } of points) {
    const width = text.length * LETTER_WIDTH
    const places = [x + 12, x - 12 - width].flatMap(left =>
      [y + 5, y - 12, y + 22].map(baseline => ({ left, baseline, text })),
    )
    const free = places.find(
      place =>
        fits(place, width) &&
        placed.every(other => apart(place, other)) &&
        points.every(point => clearOf(place, width, point)),
    )
    if (free) placed.push(free)
  }
  return placed
}

function fits({ left, baseline }: Label, width: number): boolean {
  return left >= PLOT.left && left + width <= PLOT.right && baseline - LINE_HEIGHT >= 0 && baseline <= BOTTOM
}

function apart(a: Label, b: Label): boolean {
  const [widthA, widthB] = [a, b].map(label => label.text.length * LETTER_WIDTH) as [number, number]
  return a.left > b.left + widthB || b.left > a.left + widthA || Math.abs(a.baseline - b.baseline) >= LINE_HEIGHT
}

/** Whether the text leaves the mark of a point visible. */
function clearOf(
  { left, baseline }: Label,
  width: number,
  { x, y }: { readonly x: number; readonly y: number },
): boolean {
  return x + 9 < left || x - 9 > left + width || y + 9 < baseline - LINE_HEIGHT + 4 || y - 9 > baseline + 2
}

function describe({ settings, arm, useful, wasted }: SweepPoint, words: Words): string {
  const share = useful === null ? null : useful / 100
  return words('sweep.point', { what: settingsOf(settings) || arm, useful: share, wasted })
}
