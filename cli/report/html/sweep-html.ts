/** A sweep as one HTML file: what to take, the trade-off as a chart, and every combination in a table. */

import type { Sweep } from '../stats/sweep-result.ts'
import { advice, sweepLines } from '../text/sweep.ts'
import { describeRun } from '../text/text.ts'
import { english } from '../verdict/words.ts'
import { sweepChart } from './chart-sweep.ts'
import { html } from './markup.ts'
import { page } from './page.ts'

/** The document; as closed to scripts and loads as that of a single result. */
export function renderSweepHtml(sweep: Sweep): string {
  const title = sweep.title ?? english('sweep.title')
  const { headings, lines } = sweepLines(sweep)
  return page(title, [
    html`<header><h1>${title}</h1><p class="quiet">${describeRun(sweep, '-a-combination')}, started ${sweep.startedAt}</p></header>
<div class="verdict"><p>${advice(sweep)}</p></div>`,
    ...sweepChart(sweep),
    html`<section><h2>All combinations</h2><div class="wide" role="region" aria-label="All combinations" tabindex="0"><table>
<thead><tr><td></td>${headings.map(text => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${lines.map(({ cells, optimal }) => html`<tr class="${optimal ? 'first' : ''}"><td>${optimal ? '◆ unbeaten' : ''}</td>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div><p class="quiet">◆ ${english('sweep.unbeaten')}</p></section>`,
  ])
}
