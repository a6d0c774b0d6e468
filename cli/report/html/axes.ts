/** Scales, ticks and axes of the charts. */

import { formatCount } from '../format.ts'
import { TIME_STEPS_S } from '../stats/bins.ts'
import type { Words } from '../verdict/words.ts'
import { numeral } from '../verdict/words.ts'
import { html, type Markup } from './markup.ts'

/** The plotting area within a drawing, in its units. */
export const PLOT = { width: 860, left: 66, right: 844, top: 22 } as const

/** From a value to a coordinate. */
export type Scale = (value: number) => number

/** A linear scale from 0 to `max` (1 where that is 0). */
export function linear(max: number, from: number, to: number): Scale {
  const top = max > 0 ? max : 1
  return value => from + (value / top) * (to - from)
}

/** A logarithmic scale from `min` to `max`, both above 0. */
export function logarithmic(min: number, max: number, from: number, to: number): Scale {
  const [low, high] = [Math.log(min), Math.log(Math.max(max, min * 1.01))]
  return value => from + ((Math.log(Math.max(value, min)) - low) / (high - low)) * (to - from)
}

/** Round values from 0 to at least `max`, about `about` steps of 1, 2 or 5 times a power of ten, whole steps at least 1. */
export function ticks(max: number, about = 4): number[] {
  const rough = Math.max(max, 1) / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, power * ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10))
  return Array.from({ length: Math.max(1, Math.ceil(max / step)) + 1 }, (_, index) => index * step)
}

/** Times in milliseconds for the axis of a run, ten at most. */
export function timeTicks(spanMs: number): number[] {
  const stepMs = 1_000 * (TIME_STEPS_S.find(seconds => spanMs / (seconds * 1_000) <= 10) ?? 14_400)
  return Array.from({ length: Math.floor(spanMs / stepMs) + 1 }, (_, index) => index * stepMs)
}

/** `0 s`, `2.5 s`, `1:30`. */
export function timeLabel(ms: number, words: Words): string {
  const seconds = ms / 1_000
  if (seconds < 60) return numeral(`${Math.round(seconds * 100) / 100} s`, words)
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}

/** Horizontal grid lines with their values, and what they count. */
export function valueAxis(values: readonly number[], y: Scale, what: string, words: Words): Markup {
  return html`<text x="0" y="12">${what}</text>${values.map(
    value =>
      html`<path class="axis" d="M${PLOT.left} ${y(value)}H${PLOT.right}"/><text x="${PLOT.left - 8}" y="${y(value) + 4}" text-anchor="end">${numeral(formatCount(value), words)}</text>`,
  )}`
}

/** Marks and labels of the time axis, below `bottom`. */
export function timeAxis(spanMs: number, x: Scale, bottom: number, words: Words): Markup {
  return html`<path class="axis" d="M${PLOT.left} ${bottom}H${PLOT.right}"/>${timeTicks(spanMs).map(
    ms =>
      html`<path class="axis" d="M${x(ms)} ${bottom}v5"/><text x="${x(ms)}" y="${bottom + 18}" text-anchor="middle">${timeLabel(ms, words)}</text>`,
  )}`
}
