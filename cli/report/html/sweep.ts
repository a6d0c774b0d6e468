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
  /** What stands beside a point in the chart and in the table: its place in that. */
  const numbers = new Map(lines.flatMap(({ point }, index) => (point === sweep.baseline ? [] : [[point, index + 1]])))
  return page(
    title,
    [
      html`<header><h1>${title}</h1><p class="quiet">${describeRun(sweep, '-a-combination', words)}, ${words('report.started', { at: sweep.startedAt })}</p></header>
<div class="verdict"><p>${advice(sweep, words)}</p></div>`,
      ...sweepChart(sweep, numbers, words),
      html`<section><h2>${all}</h2><div class="wide" role="region" aria-label="${all}" tabindex="0"><table class="cards">
<thead><tr><td></td><td></td>${headings.map(text => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${lines.map(({ cells, optimal, point }) => html`<tr class="${optimal ? 'first' : ''}"><td>${numbers.get(point) ?? ''}</td><td class="l">${optimal ? `◆ ${words('sweep.mark')}` : ''}</td>${cells.map((cell, index) => html`<td data-label="${headings[index] ?? ''}">${cell}</td>`)}</tr>`)}</tbody>
</table></div><p class="quiet">◆ ${words('sweep.unbeaten')}</p></section>`,
    ],
    words,
  )
}

const BOTTOM = 330

/** Useful share against wasted calls, a dot a combination, the best joined by a line: up and to the left is better. Nothing where no combination was run. */
function sweepChart(sweep: Sweep, numbers: ReadonlyMap<SweepPoint, number>, words: Words): Markup[] {
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
  const marked = dots.map(({ point, useful, optimal }) => ({
    ...{ x: x(point.wasted), y: y(useful), number: numbers.get(point) ?? 0 },
    settings: optimal ? settingsOf(point.settings) : '',
  }))
  return [
    html`<section><h2>${words('sweep.trade-off')}</h2>
<p class="quiet">${words('sweep.dots')}${base.length > 0 ? ` ${words('sweep.cross')}` : ''}</p>
<figure tabindex="0"><svg viewBox="0 0 ${PLOT.width} ${BOTTOM + 44}" role="img" aria-label="${words('sweep.chart', { dots: dots.length, front: front.length })}">
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
${labels(marked).map(
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

/** A point of the chart, with its number in the table, and what it stands for where nothing beats it. */
interface Marked {
  readonly x: number
  readonly y: number
  readonly number: number
  readonly settings: string
}

/** Points that lie closer to each other than this share a label. */
const SAME_PLACE = 4

/** Writes beside each point its number in the table, and the settings of those that nothing beats where these have room. */
function labels(points: readonly Marked[]): Label[] {
  const groups: Marked[][] = []
  for (const point of points.toSorted((a, b) => a.number - b.number)) {
    const same = groups.find(([first]) => first && Math.hypot(first.x - point.x, first.y - point.y) < SAME_PLACE)
    if (same) same.push(point)
    else groups.push([point])
  }
  const placed: Label[] = []
  const place = (group: readonly Marked[], text: string): boolean => {
    const [{ x, y } = { x: 0, y: 0 }] = group
    const width = text.length * LETTER_WIDTH
    const free = [x + 12, x - 12 - width, x - width / 2]
      .flatMap(left => [y + 5, y - 12, y + 22].map(baseline => ({ left, baseline, text })))
      .find(
        place =>
          fits(place, width) &&
          placed.every(other => apart(place, other)) &&
          points.every(point => clearOf(place, width, point)),
      )
    if (free) placed.push(free)
    return free !== undefined
  }
  const numbersOf = (group: readonly Marked[]) => group.map(({ number }) => number).join(', ')
  // What is best is named first, and the short numbers take the room that is left.
  for (const isNamed of [true, false]) {
    for (const group of groups) {
      const settings = group.length === 1 ? (group[0]?.settings ?? '') : ''
      if ((settings !== '') !== isNamed) continue
      const named = isNamed && place(group, `${numbersOf(group)}: ${settings}`)
      if (!named) place(group, numbersOf(group))
    }
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
