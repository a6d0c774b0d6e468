/** An address as a QR code, drawn as one path of an SVG; the library is loaded when the first is wanted. */

import { h } from './dom.js'

/** The quiet zone around it, in modules. */
const QUIET = 4

/** An element that is filled when the library is there. @param {string} text */
export function createQrCode(text) {
  const element = h('span', { class: 'qr-code', 'aria-hidden': 'true' })
  import('../vendor/qrcode.js').then(
    ({ qrcode }) => {
      const code = qrcode(0, 'M')
      code.addData(text)
      code.make()
      element.append(drawn(code.getModuleCount(), (row, column) => code.isDark(row, column)))
    },
    () => {},
  )
  return element
}

/** @param {number} size @param {(row: number, column: number) => boolean} isDark */
function drawn(size, isDark) {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', `${-QUIET} ${-QUIET} ${size + 2 * QUIET} ${size + 2 * QUIET}`)
  svg.setAttribute('shape-rendering', 'crispEdges')
  const path = document.createElementNS(space, 'path')
  let d = ''
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) if (isDark(row, column)) d += `M${column} ${row}h1v1h-1z`
  }
  path.setAttribute('d', d)
  svg.append(path)
  return svg
}
