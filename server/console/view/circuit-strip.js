/** The breaker strip below an arm's chart: closed is a thin line, half-open a hatched half, open a full block. */

/** @import { Edge } from '../model/types.js' */

import { stateSpans } from '../model/circuit-indicator.js'
import { hatch } from './palette.js'

/** Height of the strip and its distance from the plot, in CSS pixels. */
export const STRIP = { height: 14, gap: 5 }

/**
 * @param {any} plot a uPlot
 * @param {import('./page.js').Context} context
 * @param {{ edges: readonly Edge[], originMs: number, endMs: number, name: (state: string) => string, label: string }} strip `originMs` is the wall clock at the run's start
 */
export function paintStrip(plot, context, strip) {
  const pen = /** @type {CanvasRenderingContext2D} */ (plot.ctx)
  const ratio = devicePixelRatio
  const { left, top, width, height } = plot.bbox
  const colours = context.palette()
  const from = plot.scales.x.min * 1000 - strip.originMs
  const to = plot.scales.x.max * 1000 - strip.originMs
  const upper = top + height + STRIP.gap * ratio
  const full = STRIP.height * ratio
  const place = (/** @type {number} */ ms) => left + ((ms - from) / (to - from)) * width

  if (strip.edges.length > 0) {
    pen.fillStyle = colours.soft
    pen.font = `500 ${10 * ratio}px Inter, sans-serif`
    pen.textBaseline = 'middle'
    pen.textAlign = 'right'
    pen.fillText(strip.label, left - 8 * ratio, upper + full / 2)
  }
  pen.save()
  pen.beginPath()
  pen.rect(left, upper - 1, width, full + 2)
  pen.clip()
  pen.fillStyle = colours.line
  pen.fillRect(left, upper + full / 2 - ratio / 2, width, ratio)
  for (const { fromMs, toMs, state } of stateSpans(strip.edges, from, Math.min(to, strip.endMs))) {
    const x = Math.round(place(fromMs))
    const wide = Math.max(2 * ratio, Math.round(place(toMs)) - x)
    if (state === 'closed' || state === 'disabled') {
      pen.fillStyle = state === 'closed' ? colours.success : colours.soft
      pen.fillRect(x, upper + full / 2 - 1.5 * ratio, wide, 3 * ratio)
      continue
    }
    if (state === 'half-open') {
      pen.fillStyle = colours.ground
      pen.fillRect(x, upper, wide, full)
      pen.fillStyle = hatch(pen, colours.shortCircuited, ratio)
      pen.fillRect(x, upper + full / 4, wide, full / 2)
      pen.fillRect(x, upper + full / 4, Math.min(wide, 2 * ratio), full / 2)
      continue
    }
    pen.fillStyle = colours.shortCircuited
    pen.fillRect(x, upper, wide, full)
    const word = strip.name(state)
    pen.font = `600 ${10 * ratio}px Inter, sans-serif`
    if (pen.measureText(word).width + 10 * ratio > wide) continue
    pen.fillStyle = colours.ground
    pen.textBaseline = 'middle'
    pen.textAlign = 'left'
    pen.fillText(word, x + 5 * ratio, upper + full / 2 + 0.5 * ratio)
  }
  pen.restore()
}
