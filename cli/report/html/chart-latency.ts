/** The chart of latencies: median to 99th percentile of every outcome of every arm, on one logarithmic scale. */

import { formatCount, formatMs } from '../format.ts'
import type { Result } from '../result.ts'
import { logarithmic, PLOT } from './axes.ts'
import { html, type Markup } from './markup.ts'
import { dataTable } from './page.ts'

const ROW = 26
const LEFT = 260
const OUTCOMES = [
  { key: 'success', name: 'success', colour: 'var(--useful)' },
  { key: 'fromCache', name: 'from cache', colour: 'var(--cached)' },
  { key: 'failed', name: 'failed', colour: 'var(--failed)' },
  { key: 'shortCircuited', name: 'short-circuited', colour: 'var(--refused)' },
] as const

/** The chart with its data; nothing where no latency was counted. */
export function latencyChart({ arms }: Result): Markup[] {
  const rows = OUTCOMES.flatMap(({ key, name, colour }) =>
    arms.flatMap(arm => {
      const { count, p50, p95, p99, max } = arm.latencyMs[key]
      if (p50 === null || p95 === null || p99 === null) return []
      return [{ label: `${name}, ${arm.name}`, colour, count, p50, p95, p99, max }]
    }),
  )
  if (rows.length === 0) return []
  const smallest = Math.max(0.001, Math.min(...rows.map(row => row.p50)))
  const decades = powers(smallest, Math.max(...rows.map(row => row.p99)))
  const [first = 1, last = 10] = [decades[0], decades.at(-1)]
  const x = logarithmic(first, last, LEFT, PLOT.right - 24)
  const bottom = PLOT.top + rows.length * ROW
  return [
    html`<section><h2>Latency by outcome</h2>
<p class="quiet">From the planned start of a request to its end, on a logarithmic scale: the bar begins at the median (circle), has a mark at the 95th percentile (diamond) and ends at the 99th (square).</p>
<figure><svg viewBox="0 0 ${PLOT.width} ${bottom + 28}" role="img" aria-label="Latency by outcome: ${rows.map(row => `${row.label} median ${formatMs(row.p50)}, 99th percentile ${formatMs(row.p99)}`).join('; ')}.">
${decades.map(ms => html`<path class="axis" d="M${x(ms)} ${PLOT.top - 8}V${bottom}"/><text x="${x(ms)}" y="${bottom + 18}" text-anchor="middle">${plainMs(ms)}</text>`)}
${rows.map(({ label, colour, p50, p95, p99 }, index) => {
  const y = PLOT.top + index * ROW + ROW / 2
  return html`<text class="ink" x="${LEFT - 16}" y="${y + 4}" text-anchor="end">${short(label)}<title>${label}</title></text>
<path d="M${x(p50)} ${y}H${x(p99)}" stroke="${colour}" stroke-width="3"/>
<rect x="${x(p99) - 5}" y="${y - 5}" width="10" height="10" fill="var(--page)" stroke="${colour}" stroke-width="2"><title>${label}: 99th percentile ${formatMs(p99)}</title></rect>
<path d="M${x(p95)} ${y - 7}l7 7l-7 7l-7 -7Z" fill="${colour}" stroke="var(--page)"><title>${label}: 95th percentile ${formatMs(p95)}</title></path>
<circle cx="${x(p50)}" cy="${y}" r="6" fill="${colour}" stroke="var(--page)"><title>${label}: median ${formatMs(p50)}</title></circle>`
})}
</svg></figure>
${dataTable(
  'latency by outcome',
  ['outcome and arm', 'count', 'p50', 'p95', 'p99', 'max'],
  rows.map(row => [row.label, formatCount(row.count), ...[row.p50, row.p95, row.p99, row.max].map(formatMs)]),
)}</section>`,
  ]
}

function powers(min: number, max: number): number[] {
  const [from, to] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(Math.max(max, min)))]
  return Array.from({ length: Math.max(1, to - from) + 1 }, (_, index) => 10 ** (from + index))
}

function plainMs(ms: number): string {
  return ms >= 1_000 ? `${ms / 1_000} s` : `${Number(ms.toPrecision(1))} ms`
}

function short(label: string): string {
  return label.length <= 38 ? label : `${label.slice(0, 37)}…`
}
