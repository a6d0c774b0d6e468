/** Charts of answers over time, one an arm, on one time axis and one scale, with breaker states and trouble. */

import { formatCount } from '../format.ts'
import type { ArmResult, Result } from '../result.ts'
import { type Bin, binned, seriesSpanMs } from '../stats/bins.ts'
import { linear, PLOT, type Scale, ticks, timeAxis, timeLabel, valueAxis } from './axes.ts'
import { html, type Markup } from './markup.ts'
import { dataTable } from './page.ts'

const HEIGHT = 190
const BOTTOM = 140
const BAND = { top: 146, height: 14 } as const

const LAYERS = [
  { key: 'success', name: 'success', fill: 'var(--useful)' },
  { key: 'fromCache', name: 'from cache', fill: 'url(#cached)' },
  { key: 'failed', name: 'failed', fill: 'url(#failed)' },
  { key: 'shortCircuited', name: 'short-circuited', fill: 'url(#refused)' },
] as const

const STATE_FILLS: Readonly<Record<ArmResult['states'][number]['state'], string>> = {
  closed: 'var(--panel)',
  open: 'url(#refused)',
  'half-open': 'url(#cached)',
  'forced-open': 'url(#refused)',
  disabled: 'var(--panel)',
}

/** All charts with their legend; nothing for a run without a series. */
export function answerCharts(result: Result): Markup[] {
  const spanMs = seriesSpanMs(result.arms)
  if (spanMs === 0) return []
  const arms = result.arms.map(arm => ({ arm, bins: binned(arm, spanMs) }))
  const highest = Math.max(...arms.flatMap(({ bins }) => bins.map(bin => perSecond(bin, bin.all))))
  const used = LAYERS.filter(({ key }) => result.arms.some(arm => arm.outcomes[key] > 0))
  return [
    html`<h2>Answers over time</h2>
<p class="quiet">Requests that ended, per second, by what became of them. All charts share one time axis and one scale.</p>
<ul class="legend">${used.map(({ name, fill }) => html`<li>${swatch(fill)}${name}</li>`)}${result.trouble.length > 0 ? html`<li>${swatch('var(--trouble)')}known trouble</li>` : null}</ul>`,
    ...arms.map(({ arm, bins }) => chart(result, arm, bins, spanMs, highest)),
  ]
}

function chart({ trouble }: Result, arm: ArmResult, bins: readonly Bin[], spanMs: number, highest: number): Markup {
  const values = ticks(highest)
  const x = linear(spanMs, PLOT.left, PLOT.right)
  const y = linear(values.at(-1) ?? 1, BOTTOM, PLOT.top)
  const has = arm.states.length > 0
  return html`<section><h3>${arm.name}</h3>
<figure><svg viewBox="0 0 ${PLOT.width} ${has ? HEIGHT : HEIGHT - 16}" role="img" aria-label="${describe(arm, spanMs)}">
${trouble.map(spell => troubleMark(spell, x, spanMs))}
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

/** A stepped area from the layers below it up to and with its own. */
function layer(
  bins: readonly Bin[],
  upTo: readonly (typeof LAYERS)[number]['key'][],
  key: string,
  fill: string,
  x: Scale,
  y: Scale,
): Markup {
  const sum = (bin: Bin, keys: readonly (typeof LAYERS)[number]['key'][]) =>
    keys.reduce((total, each) => total + bin[each], 0)
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
