/** One mark for each ending of a request, as a drawing and as a picture: shape and colour together, never the colour alone. */

import { DOT } from '../../model/flow.js'
import { icon } from '../dom.js'

/** @typedef {'underWay' | 'success' | 'failed' | 'shortCircuited' | 'fromCache'} Mark */

const SHAPES = {
  success: { circle: [{ cx: '12', cy: '12', r: '10' }] },
  failed: { path: [{ d: 'M4 4l16 16M20 4L4 20', class: 'cross' }] },
  shortCircuited: { path: [{ d: 'M12 0l12 12-12 12L0 12z' }] },
  fromCache: { path: [{ d: 'M2 2h20v20H2z' }] },
}

/** @param {keyof typeof SHAPES} name */
export function markIcon(name) {
  const picture = icon('stage-mark', SHAPES[name])
  picture.setAttribute('data-colour', name)
  return picture
}

/** @param {number} outcome of a dot @returns {Mark} */
export function markOf(outcome) {
  if (outcome === DOT.success) return 'success'
  if (outcome === DOT.failed) return 'failed'
  if (outcome === DOT.shortCircuited) return 'shortCircuited'
  return outcome === DOT.fromCache ? 'fromCache' : 'underWay'
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {import('../palette.js').Palette} palette
 * @param {Mark} mark
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function drawMark(pen, palette, mark, x, y, radius) {
  const colour = mark === 'underWay' ? palette.ink : palette[mark]
  pen.beginPath()
  if (mark === 'failed') {
    const reach = radius * 0.8
    pen.strokeStyle = colour
    pen.lineWidth = radius * 0.72
    pen.lineCap = 'round'
    pen.moveTo(x - reach, y - reach)
    pen.lineTo(x + reach, y + reach)
    pen.moveTo(x + reach, y - reach)
    pen.lineTo(x - reach, y + reach)
    pen.stroke()
    return
  }
  if (mark === 'shortCircuited') {
    const reach = radius * 1.3
    pen.moveTo(x, y - reach)
    pen.lineTo(x + reach, y)
    pen.lineTo(x, y + reach)
    pen.lineTo(x - reach, y)
  } else if (mark === 'fromCache') pen.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8)
  else {
    // A thin rim keeps neighbours apart.
    pen.fillStyle = palette.grid
    pen.arc(x, y, radius * 1.28, 0, 7)
    pen.fill()
    pen.beginPath()
    pen.arc(x, y, radius, 0, 7)
  }
  pen.fillStyle = colour
  pen.fill()
}
