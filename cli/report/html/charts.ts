/**
 * The charts of a result, each with its data as a table: answers over time, one chart an arm on one time axis and one
 * scale, with breaker states and trouble; wasted calls, added up; and latencies by outcome.
 */

import { formatCount, formatMs } from '../format.ts'
import type { ArmResult, Result } from '../result.ts'
import { type Bin, binned, binWidthMs, seriesSpanMs } from '../stats/bins.ts'
import { knownTrouble } from '../stats/recovery.ts'
import { OUTCOMES } from '../text/rows.ts'
import type { Words } from '../verdict/words.ts'
import { numeral, troubleName } from '../verdict/words.ts'
import { linear, logarithmic, PLOT, type Scale, ticks, timeAxis, timeLabel, valueAxis } from './axes.ts'
import { html, type Markup } from './markup.ts'
import { dataTable } from './page.ts'

/** Every outcome but success has a pattern too, so that print without colours can be read. */
const LAYERS = OUTCOMES.map(({ key, tone }) => ({
  key,
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

/** Charts of more arms than these are printed two beside each other, so that all charts have room on one page. */
const MAX_PRINTED_WIDE = 2

/** Answers over time with their legend; nothing for a run without a series. */
export function answerCharts(result: Result, words: Words): Markup[] {
  const spanMs = seriesSpanMs(result.arms)
  if (spanMs === 0) return []
  const widthMs = binWidthMs(spanMs, result.load)
  const arms = result.arms.map(arm => ({ arm, bins: binned(arm, spanMs, widthMs) }))
  const highest = Math.max(...arms.flatMap(({ bins }) => bins.map(bin => perSecond(bin, bin.all))))
  const used = LAYERS.filter(({ key }) => result.arms.some(arm => arm.outcomes[key] > 0))
  return [
    html`<h2>${words('chart.answers')}</h2>
<p class="quiet">${words('chart.answers-about')}</p>
<ul class="legend">${used.map(({ key, fill }) => html`<li>${swatch(fill)}${words(`outcome.${key}`)}</li>`)}${knownTrouble(result).length > 0 ? html`<li>${swatch('var(--trouble)')}${words('chart.trouble')}</li>` : null}</ul>`,
    html`<div class="${arms.length > MAX_PRINTED_WIDE ? 'many' : ''}">${arms.map(({ arm, bins }) => chart(result, arm, bins, spanMs, highest, words))}</div>`,
  ]
}

function chart(
  result: Result,
  arm: ArmResult,
  bins: readonly Bin[],
  spanMs: number,
  highest: number,
  words: Words,
): Markup {
  const values = ticks(highest)
  const x = linear(spanMs, PLOT.left, PLOT.right)
  const y = linear(values.at(-1) ?? 1, BOTTOM, PLOT.top)
  const has = arm.states.length > 0
  return html`<section><h3>${arm.name}</h3>
<figure tabindex="0"><svg viewBox="0 0 ${PLOT.width} ${has ? HEIGHT : HEIGHT - 16}" role="img" aria-label="${describe(arm, spanMs, words)}">
${knownTrouble(result).map(spell => troubleMark(spell, x, spanMs, words))}
${valueAxis(values, y, words('chart.per-second'), words)}
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
${has ? stateBand(arm, spanMs, x, words) : null}
${timeAxis(spanMs, x, has ? BAND.top + BAND.height + 3 : BOTTOM, words)}
${bins.map(bin => html`<rect class="bar" x="${x(bin.fromMs)}" y="${PLOT.top}" width="${x(bin.toMs) - x(bin.fromMs)}" height="${BOTTOM - PLOT.top}" fill="transparent"><title>${tooltip(bin, words)}</title></rect>`)}
</svg></figure>
${dataTable(
  words('chart.answers-of', { arm: arm.name }),
  [
    ...['from', 'to'].map(each => words(`chart.${each}`)),
    ...LAYERS.map(({ key }) => words(`outcome.${key}`)),
    ...['calls', 'wasted', 'breaker'].map(each => words(`chart.${each}`)),
  ],
  bins.map(bin => rowOf(bin, words)),
  words,
)}</section>`
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

function stateBand(arm: ArmResult, spanMs: number, x: Scale, words: Words): Markup {
  const spells = arm.states.map((change, index) => ({
    ...change,
    toMs: Math.min(spanMs, arm.states[index + 1]?.atMs ?? spanMs),
  }))
  return html`<text x="${PLOT.left - 8}" y="${BAND.top + 11}" text-anchor="end">${words('chart.breaker')}</text>${spells
    .filter(spell => spell.toMs > spell.atMs)
    .map(({ state, atMs, toMs }) => {
      const width = x(toMs) - x(atMs)
      const quiet = state === 'closed' || state === 'disabled'
      const name = words(`state.${state}`)
      return html`<g><rect x="${x(atMs)}" y="${BAND.top}" width="${Math.max(1, width)}" height="${BAND.height}" fill="${STATE_FILLS[state]}"><title>${words('chart.state', { name, from: timeLabel(atMs, words), to: timeLabel(toMs, words) })}</title></rect>${
        quiet && width > 60 ? html`<text x="${x(atMs) + 6}" y="${BAND.top + 11}">${name}</text>` : null
      }${!quiet && width > 44 ? html`<rect x="${x(atMs) + 4}" y="${BAND.top + 1}" width="${name.length * 7 + 6}" height="${BAND.height - 2}" fill="var(--page)"/><text class="ink" x="${x(atMs) + 7}" y="${BAND.top + 11}">${name}</text>` : null}</g>`
    })}`
}

function troubleMark(
  { fromMs, toMs, what }: Result['trouble'][number],
  x: Scale,
  spanMs: number,
  words: Words,
): Markup {
  const [from, to] = [x(Math.max(0, Math.min(fromMs, spanMs))), x(Math.max(0, Math.min(toMs, spanMs)))]
  return html`<rect x="${from}" y="${PLOT.top}" width="${Math.max(1, to - from)}" height="${BOTTOM - PLOT.top}" fill="var(--trouble)"/><rect x="${from}" y="${PLOT.top - 4}" width="${Math.max(1, to - from)}" height="4" fill="var(--failed)"/><text class="ink" x="${Math.min(from + 4, PLOT.right - 120)}" y="13">${troubleName(what, words)}</text>`
}

function swatch(fill: string): Markup {
  return html`<svg viewBox="0 0 24 14" aria-hidden="true"><rect width="24" height="14" fill="${fill}" stroke="var(--line)"/></svg>`
}

function describe({ name, outcomes }: ArmResult, spanMs: number, words: Words): string {
  return words('chart.described', { arm: name, span: timeLabel(spanMs, words), ...outcomes })
}

function tooltip(bin: Bin, words: Words): string {
  const parts = LAYERS.filter(({ key }) => bin[key] > 0).map(
    ({ key }) => `${numeral(formatCount(bin[key]), words)} ${words(`outcome.${key}`)}`,
  )
  const what = parts.join(', ') || words('chart.nothing-ended')
  const state = bin.state === null ? '' : `; ${words('chart.breaker')} ${words(`state.${bin.state}`)}`
  return `${words('chart.spell', { from: timeLabel(bin.fromMs, words), to: timeLabel(bin.toMs, words) })}: ${what}${state}`
}

function rowOf(bin: Bin, words: Words): string[] {
  const counts = [...LAYERS.map(({ key }) => bin[key]), bin.calls, bin.wasted]
  return [
    timeLabel(bin.fromMs, words),
    timeLabel(bin.toMs, words),
    ...counts.map(count => numeral(formatCount(count), words)),
    bin.state === null ? '' : words(`state.${bin.state}`),
  ]
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
export function wastedChart({ arms, load }: Result, words: Words): Markup[] {
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
  const count = (value: number) => numeral(formatCount(value), words)
  const totals = lines.map(line => `${line.name} ${count(line.points.at(-1)?.sum ?? 0)}`).join(', ')
  return [
    html`<section><h2>${words('chart.wasted-sum')}</h2>
<p class="quiet">${words('chart.wasted-about')}</p>
<ul class="legend">${lines.map(({ name, points }, index) => html`<li><svg viewBox="0 0 24 14" aria-hidden="true">${stroke('M0 7H24', index)}</svg>${name}: ${count(points.at(-1)?.sum ?? 0)}</li>`)}</ul>
<figure tabindex="0"><svg viewBox="0 0 ${PLOT.width} ${WASTED_BOTTOM + 28}" role="img" aria-label="${words('chart.wasted-described', { span: timeLabel(spanMs, words), totals })}">
${valueAxis(values, y, words('chart.calls'), words)}
${timeAxis(spanMs, x, WASTED_BOTTOM, words)}
${lines.map(({ points }, index) => stroke(`M${points.map(({ atMs, sum }) => `${x(atMs).toFixed(1)} ${y(sum).toFixed(1)}`).join('L')}`, index))}
</svg></figure>
${dataTable(
  words('chart.wasted-over-time'),
  [words('chart.up-to'), ...lines.map(line => line.name)],
  (lines[0]?.points ?? []).map(({ atMs }, index) => [
    timeLabel(atMs, words),
    ...lines.map(line => count(line.points[index]?.sum ?? 0)),
  ]),
  words,
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
export function latencyChart({ arms }: Result, words: Words): Markup[] {
  const time = (ms: number | null) => numeral(formatMs(ms), words)
  const rows = LAYERS.flatMap(({ key, colour }) =>
    arms.flatMap(arm => {
      const { count, p50, p95, p99, max } = arm.latencyMs[key]
      if (p50 === null || p95 === null || p99 === null) return []
      return [{ label: `${words(`outcome.${key}`)}, ${arm.name}`, colour, count, p50, p95, p99, max }]
    }),
  )
  if (rows.length === 0) return []
  const smallest = Math.max(0.001, Math.min(...rows.map(row => row.p50)))
  const decades = powers(smallest, Math.max(...rows.map(row => row.p99)))
  const [first = 1, last = 10] = [decades[0], decades.at(-1)]
  const x = logarithmic(first, last, LEFT, PLOT.right - 24)
  const bottom = PLOT.top + rows.length * ROW
  return [
    html`<section><h2>${words('chart.latency')}</h2>
<p class="quiet">${words('chart.latency-about')}</p>
<figure tabindex="0"><svg viewBox="0 0 ${PLOT.width} ${bottom + 28}" role="img" aria-label="${words('chart.latency')}: ${rows.map(row => words('chart.latency-row', { label: row.label, p50: row.p50, p99: row.p99 })).join('; ')}.">
${decades.map(ms => html`<path class="axis" d="M${x(ms)} ${PLOT.top - 8}V${bottom}"/><text x="${x(ms)}" y="${bottom + 18}" text-anchor="middle">${numeral(plainMs(ms), words)}</text>`)}
${rows.map(({ label, colour, p50, p95, p99 }, index) => {
  const y = PLOT.top + index * ROW + ROW / 2
  return html`<text class="ink" x="${LEFT - 16}" y="${y + 4}" text-anchor="end">${short(label)}<title>${label}</title></text>
<path d="M${x(p50)} ${y}H${x(p99)}" stroke="${colour}" stroke-width="3"/>
<rect x="${x(p99) - 5}" y="${y - 5}" width="10" height="10" fill="var(--page)" stroke="${colour}" stroke-width="2"><title>${label}: p99 ${time(p99)}</title></rect>
<path d="M${x(p95)} ${y - 7}l7 7l-7 7l-7 -7Z" fill="${colour}" stroke="var(--page)"><title>${label}: p95 ${time(p95)}</title></path>
<circle cx="${x(p50)}" cy="${y}" r="6" fill="${colour}" stroke="var(--page)"><title>${label}: p50 ${time(p50)}</title></circle>`
})}
</svg></figure>
${dataTable(
  words('chart.latency'),
  [words('chart.outcome-and-arm'), words('chart.count'), 'p50', 'p95', 'p99', 'max'],
  rows.map(row => [
    row.label,
    numeral(formatCount(row.count), words),
    ...[row.p50, row.p95, row.p99, row.max].map(time),
  ]),
  words,
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
