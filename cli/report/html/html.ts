/** A result as one HTML file that needs nothing else: verdict, table, charts with their data, and how it was measured. */

import { formatMs } from '../format.ts'
import type { Look } from '../look.ts'
import type { Result } from '../result.ts'
import { linesOf, tableGroups } from '../text/rows.ts'
import { describeLoad, heldToo } from '../text/text.ts'
import { notes } from '../verdict/notes.ts'
import { verdictIn } from '../verdict/verdict.ts'
import { english, eventLines, numeral, titleOf, type Words } from '../verdict/words.ts'
import { answerCharts, latencyChart, wastedChart } from './charts.ts'
import { html, type Markup } from './markup.ts'
import { page } from './page.ts'

/** The document. Everything that a result carries is escaped, and the page forbids scripts and loads of any kind. */
export function renderHtml(result: Result, { words }: Pick<Look, 'words'> = { words: english }): string {
  const title = result.title ?? titleOf(result, words)
  const verdict = verdictIn(result, words)
  const charts = [...answerCharts(result, words), ...wastedChart(result, words), ...latencyChart(result, words)]
  return page(
    title,
    [
      html`<header><h1>${title}</h1><p class="quiet">${describeLoad(result, words)}</p></header>
<div class="verdict"><p>${verdict.text}</p><p>${hint(verdict.hint)}</p></div>`,
      ...charts,
      html`<div class="${charts.length > 0 ? 'tables' : ''}">${[
        ...expectations(result, words),
        outcomes(result, words),
        ...happened(result, words),
        measured(result, words),
      ]}</div>`,
    ],
    words,
  )
}

function hint(text: string): Markup {
  const [, words = text, command] = /^(.*: )(npx .+)$/.exec(text) ?? []
  return command === undefined ? html`${words}` : html`${words}<code>${command}</code>`
}

function expectations({ expectations = [] }: Result, words: Words): Markup[] {
  if (expectations.length === 0) return []
  return [
    html`<section><h2>${words('report.expectations')}</h2><table><thead><tr><th scope="col">${words('expect.expected')}</th><th scope="col" class="l">${words('expect.held')}</th><th scope="col" class="l">${words('expect.measured')}</th></tr></thead><tbody>${expectations.map(
      ({ text, passed, measured, otherDays }) =>
        html`<tr><th scope="row"><code>${text}</code></th><td class="l ${passed ? 'met' : 'unmet'}">${passed ? `✓ ${words('expect.met')}` : `✗ ${words('expect.failed')}`}</td><td class="l">${numeral(measured, words)}${heldToo(otherDays, words)}</td></tr>`,
    )}</tbody></table></section>`,
  ]
}

function outcomes(result: Result, words: Words): Markup {
  const names = result.arms.map(arm => arm.name)
  const headings = [...names, ...(names.length === 2 ? [words('row.difference')] : [])]
  const rows = tableGroups(result, words).flatMap(({ title, rows }, group) => [
    ...(title === ''
      ? []
      : [html`<tr class="gap"><th scope="row" colspan="${headings.length + 1}">${title}</th></tr>`]),
    ...linesOf(rows, names, words).map(({ label, tone, cells }, index) => {
      const style = [
        ...(tone === 'strong' ? ['first'] : []),
        ...(group > 0 && index === 0 && title === '' ? ['gap'] : []),
      ]
      return html`<tr class="${style.join(' ')}"><th scope="row">${label.trim()}</th>${cells.map(cell => html`<td>${cell}</td>`)}</tr>`
    }),
  ])
  return html`<section><h2>${words('report.outcomes')}</h2><div class="wide" role="region" aria-label="${words('report.outcomes')}" tabindex="0"><table>
<thead><tr><td></td>${headings.map(name => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>${notes(result, words).map(note => html`<p class="quiet">${note}</p>`)}
<p class="quiet">${words('report.chance')}</p></section>`
}

function happened(result: Result, words: Words): Markup[] {
  const lines = eventLines(result, words)
  if (lines.length === 0) return []
  return [
    html`<section><h2>${words('report.happened')}</h2><ul>${lines.map(text => html`<li>${text}</li>`)}</ul></section>`,
  ]
}

function measured(result: Result, words: Words): Markup {
  const { load, seed, target, startedAt, interrupted } = result
  const facts: readonly (readonly [string, string])[] = [
    [words('fact.target'), target],
    [words('fact.started'), startedAt],
    [words('fact.lasted'), numeral(formatMs(load.durationMs), words)],
    [words('fact.seed'), seed],
    [words('fact.timeout'), numeral(formatMs(load.timeoutMs), words)],
    [words('fact.behind'), words('fact.behind-by', { late: load.late, p99: load.lagMs.p99, max: load.lagMs.max })],
    ...(interrupted ? [[words('fact.interrupted'), words('fact.only-a-part')] as const] : []),
  ]
  return html`<section><h2>${words('report.measured')}</h2><dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<p class="quiet">${words('report.terms')} ${words(result.recoveryMeasure === 'sent' ? 'report.recovery-sent' : 'report.recovery-answers')} ${words('report.latencies')}</p></section>`
}
