/** A result as one HTML file that needs nothing else: verdict, table, charts with their data, and how it was measured. */

import { formatCount, formatMs } from '../format.ts'
import type { Result } from '../result.ts'
import { eventLines } from '../text/events.ts'
import { linesOf, tableGroups } from '../text/rows.ts'
import { describeLoad, titleOf } from '../text/text.ts'
import { notes } from '../verdict/notes.ts'
import { answerCharts, latencyChart, wastedChart } from './charts.ts'
import { html, type Markup } from './markup.ts'
import { page } from './page.ts'

/** The document. Everything that a result carries is escaped, and the page forbids scripts and loads of any kind. */
export function renderHtml(result: Result): string {
  const title = result.title ?? titleOf(result)
  return page(title, [
    html`<header><h1>${title}</h1><p class="quiet">${describeLoad(result)}</p></header>
<div class="verdict"><p>${result.verdict.text}</p><p>${hint(result.verdict.hint)}</p></div>`,
    ...expectations(result),
    outcomes(result),
    ...answerCharts(result),
    ...wastedChart(result),
    ...latencyChart(result),
    ...happened(result),
    measured(result),
  ])
}

function hint(text: string): Markup {
  const [, words = text, command] = /^(.*: )(npx .+)$/.exec(text) ?? []
  return command === undefined ? html`${words}` : html`${words}<code>${command}</code>`
}

function expectations({ expectations = [] }: Result): Markup[] {
  if (expectations.length === 0) return []
  return [
    html`<section><h2>Expectations</h2><table><thead><tr><th scope="col">expected</th><th scope="col" class="l">held</th><th scope="col" class="l">measured</th></tr></thead><tbody>${expectations.map(
      ({ text, passed, measured }) =>
        html`<tr><th scope="row"><code>${text}</code></th><td class="l ${passed ? 'met' : 'unmet'}">${passed ? '✓ met' : '✗ failed'}</td><td class="l">${measured}</td></tr>`,
    )}</tbody></table></section>`,
  ]
}

function outcomes(result: Result): Markup {
  const names = result.arms.map(arm => arm.name)
  const headings = [...names, ...(names.length === 2 ? ['difference'] : [])]
  const rows = tableGroups(result).flatMap(({ title, rows }, group) => [
    ...(title === ''
      ? []
      : [html`<tr class="gap"><th scope="row" colspan="${headings.length + 1}">${title}</th></tr>`]),
    ...linesOf(rows, names).map(({ label, tone, cells }, index) => {
      const style = [
        ...(tone === 'strong' ? ['first'] : []),
        ...(group > 0 && index === 0 && title === '' ? ['gap'] : []),
      ]
      return html`<tr class="${style.join(' ')}"><th scope="row">${label.trim()}</th>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`
    }),
  ])
  return html`<section><h2>Outcomes</h2><div class="wide" role="region" aria-label="Outcomes" tabindex="0"><table>
<thead><tr><td></td>${headings.map(name => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>${notes(result).map(note => html`<p class="quiet">${note}</p>`)}
<p class="quiet">A difference written as ~ may be chance: its 95 % confidence interval includes zero. Intervals speak of the requests of this run; other outages can give other results, which a repeated run with other seeds shows.</p></section>`
}

function happened(result: Result): Markup[] {
  const lines = eventLines(result)
  if (lines.length === 0) return []
  return [
    html`<section><h2>What happened meanwhile</h2><ul>${lines.map(text => html`<li>${text}</li>`)}</ul></section>`,
  ]
}

function measured(result: Result): Markup {
  const { load, seed, target, startedAt, interrupted } = result
  const facts: readonly (readonly [string, string])[] = [
    ['Target', target],
    ['Started', startedAt],
    ['Lasted', formatMs(load.durationMs)],
    ['Seed', seed],
    ['Timeout', formatMs(load.timeoutMs)],
    [
      'Behind schedule',
      `${formatCount(load.late)} requests by more than 10 ms; 99th percentile ${formatMs(load.lagMs.p99)}, at most ${formatMs(load.lagMs.max)}`,
    ],
    ...(interrupted ? [['Interrupted', 'yes: the figures are those of the part that ran'] as const] : []),
  ]
  return html`<section><h2>How it was measured</h2><dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<p class="quiet"><b>Useful</b> answers are successes and answers from the cache. <b>Short-circuited</b> requests were refused by an open breaker without a call. <b>Wasted</b> calls reached the upstream and failed. <b>Recovery</b> is the time from the end of the trouble ${result.recoveryMeasure === 'sent' ? 'to the first moment from which the requests that were sent did as well as before it' : 'to the first full second with at least 95 % useful answers'}. Latencies count from the planned start of a request, so waiting for a slow generator or server is part of them.</p></section>`
}
