/**
 * The charts of a result, each with its data as a table: answers over time, one chart an arm on one time axis and one
 * scale, with breaker states and trouble; wasted calls, added up; and latencies by outcome.
 */

import { formatCount, formatMs } from '../format.ts'
import type { ArmResult, Result } from '../result.ts'
import { type Bin, binned, binWidthMs, seriesSpanMs } from '../stats/bins.ts'
import { knownTrouble } from '../stats/recovery.ts'
import { OUTCOMES } from '../text/rows.ts'
import { english } from '../verdict/words.ts'
import { linear, logarithmic, PLOT, type Scale, ticks, timeAxis, timeLabel, valueAxis } from './axes.ts'
import { html, type Markup } from './markup.ts'
import { dataTable } from './page.ts'

/** Every outcome but success has a pattern too, so that print without colours can be read. */
const LAYERS = OUTCOMES.map(({ key, tone }) => ({
  key,
  name: english(`outcome.${key}`),
  colour: `var(--${tone})`,
  fill: tone === 'useful' ? 'var(--useful)' : `url(#${tone})`,
}))

const HEIGHT = 190
const BOTTOM = 140
const BAND = { top: 146, height: 14 } as const

const STATE_FILLS: Readonly<Record<ArmResult['states'][number]['state'], string>> = {
  closed: 'var(--panel)',
  open: 'url(#refused)',
  'half-open': 'url(#cached)',
  'forced-open': 'url(#refused)',
  disabled: 'var(--panel)',
}

/** Answers over time with their legend; nothing for a run without a series. */
export function answerCharts(result: Result): Markup[] {
  const spanMs = seriesSpanMs(result.arms)
  if (spanMs === 0) return []
  const widthMs = binWidthMs(spanMs, result.load)
  const arms = result.arms.map(arm => ({ arm, bins: binned(arm, spanMs, widthMs) }))
  const highest = Math.max(...arms.flatMap(({ bins }) => bins.map(bin => perSecond(bin, bin.all))))
  const used = LAYERS.filter(({ key }) => result.arms.some(arm => arm.outcomes[key] > 0))
  return [
    html`<h2>Answers over time</h2>
<p class="quiet">Requests that ended, per second, by what became of them. All charts share one time axis and one scale.</p>
<ul class="legend">${used.map(({ name, fill }) => html`<li>${swatch(fill)}${name}</li>`)}${knownTrouble(result).length > 0 ? html`<li>${swatch('var(--trouble)')}known trouble</li>` : null}</ul>`,
    ...arms.map(({ arm, bins }) => chart(result, arm, bins, spanMs, highest)),
  ]
}

function chart(result: Result, arm: ArmResult, bins: readonly Bin[], spanMs: number, highest: number): Markup {
  const values = ticks(highest)
  const x = linear(spanMs, PLOT.left, PLOT.right)
  const y = linear(values.at(-1) ?? 1, BOTTOM, PLOT.top)
  const has = arm.states.length > 0
  return html`<section><h3>${arm.name}</h3>
<figure><svg viewBox="0 0 ${PLOT.width} ${has ? HEIGHT : HEIGHT - 16}" role="img" aria-label="${describe(arm, spanMs)}">
${knownTrouble(result).map(spell => troubleMark(spell, x, spanMs))}
${valueAxis(values, y, 'per second')}
${LAYERS.map(({ key, fill }, index) =>
  layer(
    bins,
    LAYERS.slice(0, index + 1).map(each => each.key),
    key,
    fill,
    x,
    y,
  ),
)}
${has ? stateBand(arm, spanMs, x) : null}
${timeAxis(spanMs, x, has ? BAND.top + BAND.height + 3 : BOTTOM)}
${bins.map(bin => html`<rect class="bar" x="${x(bin.fromMs)}" y="${PLOT.top}" width="${x(bin.toMs) - x(bin.fromMs)}" height="${BOTTOM - PLOT.top}" fill="transparent"><title>${tooltip(bin)}</title></rect>`)}
</svg></figure>
${dataTable(`answers of ${arm.name} over time`, ['from', 'to', ...LAYERS.map(({ name }) => name), 'calls', 'wasted', 'breaker'], bins.map(rowOf))}</section>`
}

type Outcome = keyof ArmResult['outcomes']

/** A stepped area from the layers below it up to and with its own. */
function layer(bins: readonly Bin[], upTo: readonly Outcome[], key: Outcome, fill: string, x: Scale, y: Scale): Markup {
  const sum = (bin: Bin, keys: readonly Outcome[]) => keys.reduce((total, each) => total + bin[each], 0)
  const below = upTo.filter(each => each !== key)
  const path = bins
    .filter(bin => sum(bin, upTo) > sum(bin, below))
    .map(bin => {
      const [top, base] = [y(perSecond(bin, sum(bin, upTo))), y(perSecond(bin, sum(bin, below)))]
      return `M${round(x(bin.fromMs))} ${round(base)}V${round(top)}H${round(x(bin.toMs))}V${round(base)}Z`
    })
    .join('')
  return html`<path d="${path}" fill="${fill}" shape-rendering="crispEdges"/>`
}

function stateBand(arm: ArmResult, spanMs: number, x: Scale): Markup {
  const spells = arm.states.map((change, index) => ({
    ...change,
    toMs: Math.min(spanMs, arm.states[index + 1]?.atMs ?? spanMs),
  }))
  return html`<text x="${PLOT.left - 8}" y="${BAND.top + 11}" text-anchor="end">breaker</text>${spells
    .filter(spell => spell.toMs > spell.atMs)
    .map(({ state, atMs, toMs }) => {
      const width = x(toMs) - x(atMs)
      const quiet = state === 'closed' || state === 'disabled'
      return html`<g><rect x="${x(atMs)}" y="${BAND.top}" width="${Math.max(1, width)}" height="${BAND.height}" fill="${STATE_FILLS[state]}"><title>${state} from ${timeLabel(atMs)} to ${timeLabel(toMs)}</title></rect>${
        quiet && width > 60 ? html`<text x="${x(atMs) + 6}" y="${BAND.top + 11}">${state}</text>` : null
      }${!quiet && width > 44 ? html`<rect x="${x(atMs) + 4}" y="${BAND.top + 1}" width="${state.length * 7 + 6}" height="${BAND.height - 2}" fill="var(--page)"/><text class="ink" x="${x(atMs) + 7}" y="${BAND.top + 11}">${state}</text>` : null}</g>`
    })}`
}

function troubleMark({ fromMs, toMs, what }: Result['trouble'][number], x: Scale, spanMs: number): Markup {
  const [from, to] = [x(Math.max(0, Math.min(fromMs, spanMs))), x(Math.max(0, Math.min(toMs, spanMs)))]
  return html`<rect x="${from}" y="${PLOT.top}" width="${Math.max(1, to - from)}" height="${BOTTOM - PLOT.top}" fill="var(--trouble)"/><rect x="${from}" y="${PLOT.top - 4}" width="${Math.max(1, to - from)}" height="4" fill="var(--failed)"/><text class="ink" x="${Math.min(from + 4, PLOT.right - 120)}" y="13">${what}</text>`
}

function swatch(fill: string): Markup {
  return html`<svg viewBox="0 0 24 14" aria-hidden="true"><rect width="24" height="14" fill="${fill}" stroke="var(--line)"/></svg>`
}

function describe(arm: ArmResult, spanMs: number): string {
  const { success, failed, shortCircuited, fromCache } = arm.outcomes
  return `Answers of ${arm.name} over ${timeLabel(spanMs)}: ${success} successes, ${failed} failed, ${shortCircuited} short-circuited, ${fromCache} from cache.`
}

function tooltip(bin: Bin): string {
  const parts = LAYERS.filter(({ key }) => bin[key] > 0).map(({ key, name }) => `${formatCount(bin[key])} ${name}`)
  return `${timeLabel(bin.fromMs)} to ${timeLabel(bin.toMs)}: ${parts.join(', ') || 'no request ended'}${bin.state ? `; breaker ${bin.state}` : ''}`
}

function rowOf(bin: Bin): string[] {
  const counts = [...LAYERS.map(({ key }) => bin[key]), bin.calls, bin.wasted]
  return [timeLabel(bin.fromMs), timeLabel(bin.toMs), ...counts.map(formatCount), bin.state ?? '']
}

function perSecond(bin: Bin, count: number): number {
  return (count * 1_000) / (bin.toMs - bin.fromMs)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

const WASTED_BOTTOM = 190
const COLOURS = ['var(--failed)', 'var(--useful)', 'var(--refused)', 'var(--cached)']
const DASHES = ['', '9 5', '3 4', '12 4 3 4']

/** Wasted calls of all arms with their legend; nothing where no call was wasted. */
export function wastedChart({ arms, load }: Result): Markup[] {
  const spanMs = seriesSpanMs(arms)
  const widthMs = binWidthMs(spanMs, load)
  const lines = arms.map(arm => {
    let sum = 0
    const points = binned(arm, spanMs, widthMs).map(bin => {
      sum += bin.wasted
      return { atMs: bin.toMs, sum }
    })
    return { name: arm.name, points: [{ atMs: 0, sum: 0 }, ...points] }
  })
  const highest = Math.max(0, ...lines.map(line => line.points.at(-1)?.sum ?? 0))
  if (highest === 0) return []
  const values = ticks(highest)
  const x = linear(spanMs, PLOT.left, PLOT.right)
  const y = linear(values.at(-1) ?? 1, WASTED_BOTTOM, PLOT.top)
  const totals = lines.map(line => `${line.name} ${formatCount(line.points.at(-1)?.sum ?? 0)}`).join(', ')
  return [
    html`<section><h2>Wasted calls, added up</h2>
<p class="quiet">Calls that reached the upstream and failed: load that helped nobody.</p>
<ul class="legend">${lines.map(({ name, points }, index) => html`<li><svg viewBox="0 0 24 14" aria-hidden="true">${stroke('M0 7H24', index)}</svg>${name}: ${formatCount(points.at(-1)?.sum ?? 0)}</li>`)}</ul>
<figure><svg viewBox="0 0 ${PLOT.width} ${WASTED_BOTTOM + 28}" role="img" aria-label="Wasted calls over ${timeLabel(spanMs)}: ${totals}.">
${valueAxis(values, y, 'calls')}
${timeAxis(spanMs, x, WASTED_BOTTOM)}
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

const ROW = 26
const LEFT = 260

/** Median to 99th percentile of every outcome of every arm on one logarithmic scale; nothing where no latency was counted. */
export function latencyChart({ arms }: Result): Markup[] {
  const rows = LAYERS.flatMap(({ key, name, colour }) =>
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
