/** The colours of the charts, read from the style sheet, so that there is one place that names them. */

const NAMES = /** @type {const} */ ({
  success: '--success',
  failed: '--failed',
  shortCircuited: '--refused',
  fromCache: '--cache',
  injected: '--failed',
  overload: '--refused',
  other: '--cache',
  ink: '--ink',
  soft: '--ink-2',
  grid: '--grid',
  ground: '--ground',
  line: '--line',
  edge: '--edge',
})

/** @typedef {Record<keyof typeof NAMES, string>} Palette */

/** @returns {Palette} */
export function readPalette() {
  const style = getComputedStyle(document.documentElement)
  const entries = Object.entries(NAMES).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()])
  return Object.fromEntries(entries)
}

/**
 * Diagonal lines on nothing, for what must differ by more than its colour.
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 * @param {number} ratio device pixels to a CSS pixel
 * @returns {CanvasPattern | string}
 */
export function hatch(context, colour, ratio) {
  const side = Math.round(6 * ratio)
  const tile = new OffscreenCanvas(side, side)
  const pen = tile.getContext('2d')
  if (!pen) return colour
  pen.strokeStyle = colour
  pen.lineWidth = 1.6 * ratio
  pen.beginPath()
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift, side)
    pen.lineTo(shift + side, 0)
  }
  pen.stroke()
  return context.createPattern(tile, 'repeat') ?? colour
}
