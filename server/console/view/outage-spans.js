/** Paints outages behind a chart: hatched, with its word where it fits. */

import { hatch } from './palette.js'

/**
 * @param {any} plot a uPlot
 * @param {import('./page.js').Context} context
 * @param {readonly (readonly [number, number])[]} spans seconds
 * @param {string} word
 */
export function paintOutages(plot, context, spans, word) {
  const pen = /** @type {CanvasRenderingContext2D} */ (plot.ctx)
  const ratio = devicePixelRatio
  const { left, top, width, height } = plot.bbox
  const colour = context.palette().failed
  pen.save()
  pen.beginPath()
  pen.rect(left, top, width, height)
  pen.clip()
  for (const [from, to] of spans) {
    const x = plot.valToPos(from, 'x', true)
    const wide = Math.max(2 * ratio, plot.valToPos(to, 'x', true) - x)
    if (x + wide < left) continue
    pen.globalAlpha = 0.1
    pen.fillStyle = colour
    pen.fillRect(x, top, wide, height)
    pen.globalAlpha = 0.3
    pen.fillStyle = hatch(pen, colour, ratio)
    pen.fillRect(x, top, wide, height)
    pen.globalAlpha = 1
    pen.font = `600 ${10 * ratio}px Inter, sans-serif`
    const size = pen.measureText(word).width
    if (!word || size + 12 * ratio > wide) continue
    pen.fillStyle = context.palette().ground
    pen.fillRect(Math.max(x, left) + 4 * ratio, top + 4 * ratio, size + 8 * ratio, 15 * ratio)
    pen.fillStyle = context.palette().ink
    pen.textBaseline = 'middle'
    pen.textAlign = 'left'
    pen.fillText(word, Math.max(x, left) + 8 * ratio, top + 12 * ratio)
  }
  pen.restore()
}
