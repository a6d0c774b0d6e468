/** What tuning found as one HTML file: what to take, the trade-off as a chart, and the settings that came through. */

import { formatCount } from '../format.ts'
import type { Look } from '../look.ts'
import type { Trial, Tuning } from '../stats/tune-result.ts'
import {
  advice,
  cellsOf,
  heading,
  headings,
  type Lettered,
  lettered,
  logPlace,
  logTicks,
  piecesOf,
  proof,
  shareRange,
} from '../text/tune.ts'
import type { Words } from '../verdict/words.ts'
import { numeral } from '../verdict/words.ts'
import { PLOT, type Scale } from './axes.ts'
import { html, type Markup } from './markup.ts'
import { page } from './page.ts'

/** The document; as closed to scripts and loads as that of a single result. */
export function renderTuneHtml(tuning: Tuning, { words }: Pick<Look, 'words'>): string {
  const title = tuning.title ?? words('tune.title')
  const rows = lettered(tuning)
  const { recommendation } = tuning
  return page(
    title,
    [
      html`<header><h1>${title}</h1><p class="quiet">${heading({ ...tuning, title: undefined }, words)}</p></header>
<div class="verdict"><p>${advice(tuning, words)}</p><p>${proof(tuning, words)}</p>${recommendation ? html`<p>${words('tune.live')}<code>${recommendation.live}</code></p>` : ''}</div>`,
      chart(rows, words),
      html`<section><h2>${words('tune.settings')}</h2><div class="wide" role="region" aria-label="${words('tune.settings')}" tabindex="0"><table class="cards">
<thead><tr><td></td>${headings(words).map((text, column) => html`<th scope="col"${column === 3 ? html` class="l"` : ''}>${text}</th>`)}</tr></thead>
<tbody>${rows.map(row => line(row, recommendation?.arm, words))}</tbody>
</table></div><p class="quiet">${words('tune.legend', { mark: '◆' })}</p></section>`,
    ],
    words,
  )
}

function line({ letter, trial }: Lettered, taken: string | undefined, words: Words): Markup {
  const isTaken = trial.arm === taken
  const names = headings(words)
  return html`<tr class="${isTaken ? 'first' : ''}"><td>${isTaken ? '◆ ' : ''}${letter}</td>${cellsOf(trial, words).map((cell, index) => html`<td data-label="${names[index] ?? ''}">${cell}</td>`)}<td class="l"><code>${piecesOf(trial.arm).map(piece => html`${piece}<wbr>`)}</code></td></tr>`
}

const BOTTOM = 330
const HEIGHT = BOTTOM + 44
const [MIN_RADIUS, MAX_RADIUS] = [4, 13]

/** Where a trial lies in the chart, and how large it is there. */
interface Places {
  readonly x: Scale
  readonly y: Scale
  readonly radius: (trial: Trial) => number
}

/** A circle for each of the settings, the larger the later it recovers; letters on those that nothing beats. */
function chart(rows: readonly Lettered[], words: Words): Markup {
  const max = Math.max(1, ...rows.map(({ trial }) => trial.wasted.mean))
  const { low, high } = shareRange(rows.map(({ trial }) => trial.useful.mean))
  const x: Scale = value => PLOT.left + 16 + (PLOT.right - PLOT.left - 32) * logPlace(value, max)
  const y: Scale = value => BOTTOM - ((value - low) / Math.max(1e-9, high - low)) * (BOTTOM - PLOT.top)
  const latest = Math.max(1, ...rows.map(({ trial }) => trial.recoveryMs?.mean ?? 0))
  const radius = ({ recoveryMs }: Trial) =>
    MIN_RADIUS + (MAX_RADIUS - MIN_RADIUS) * Math.sqrt((recoveryMs?.mean ?? latest) / latest)
  const shares = [0, 1, 2, 3, 4].map(step => low + ((high - low) * step) / 4)
  const front = rows.filter(({ letter }) => letter !== '')
  return html`<section><h2>${words('tune.trade-off')}</h2>
<p class="quiet">${words('tune.chart')}</p>
<figure tabindex="0"><svg viewBox="0 0 ${PLOT.width} ${HEIGHT}" role="img" aria-label="${words('tune.chart-label', { all: rows.length, unbeaten: front.length })}">
<text x="0" y="12">${words('tune.axis-useful')}</text>
${shares.map(value => html`<path class="axis" d="M${PLOT.left} ${y(value)}H${PLOT.right}"/><text x="${PLOT.left - 8}" y="${y(value) + 4}" text-anchor="end">${numeral(String(Number(value.toFixed(1))), words)}</text>`)}
<text x="${PLOT.right}" y="${BOTTOM + 38}" text-anchor="end">${words('tune.axis-wasted')}</text>
${logTicks(max).map(value => html`<path class="axis" d="M${x(value)} ${BOTTOM}v5"/><text x="${x(value)}" y="${BOTTOM + 18}" text-anchor="middle">${numeral(formatCount(value), words)}</text>`)}
${[...rows].reverse().map(row => mark(row, { x, y, radius }, words))}
</svg></figure></section>`
}

function mark({ letter, trial }: Lettered, { x, y, radius }: Places, words: Words): Markup {
  const [cx, cy] = [x(trial.wasted.mean).toFixed(1), y(trial.useful.mean).toFixed(1)]
  const title = html`<title>${trial.arm}: ${cellsOf(trial, words).join(', ')}</title>`
  if (trial.arm === 'none') {
    return html`<path d="M${cx} ${cy}m-7 -7l14 14m0 -14l-14 14" stroke="var(--failed)" stroke-width="3">${title}</path><text class="ink" x="${cx}" y="${cy}" dx="-12" dy="-12" text-anchor="end">none</text>`
  }
  const fill = letter === '' ? 'var(--page)' : 'var(--useful)'
  return html`<circle cx="${cx}" cy="${cy}" r="${radius(trial).toFixed(1)}" fill="${fill}" fill-opacity=".35" stroke="var(--useful)" stroke-width="1.5">${title}</circle>${letter === '' ? '' : html`<text class="ink" x="${cx}" y="${cy}" dy="4" text-anchor="middle">${letter}</text>`}`
}
