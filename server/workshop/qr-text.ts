/** An address as a QR code for a terminal: two rows of modules a line, with the quiet zone around it. */

import qrcode from 'qrcode-generator'

/** Modules around it that stay light. */
const QUIET = 2
/** Black on white, whatever the terminal's own colours are. */
const [BLACK_ON_WHITE, RESET] = ['\u001b[30;107m', '\u001b[0m']

/**
 * The code as lines, with a line feed at the end of each.
 * @param colour whether it may set colours: else it is drawn light on dark, as most terminals are
 */
export function qrText(text: string, colour: boolean): string {
  const code = qrcode(0, 'L')
  code.addData(text)
  code.make()
  const size = code.getModuleCount()
  const isDark = (row: number, column: number) =>
    row >= 0 && column >= 0 && row < size && column < size && code.isDark(row, column)
  const lines: string[] = []
  for (let row = -QUIET; row < size + QUIET; row += 2) {
    let line = ''
    for (let column = -QUIET; column < size + QUIET; column++) {
      line += half(isDark(row, column) === colour, isDark(row + 1, column) === colour)
    }
    lines.push(colour ? `${BLACK_ON_WHITE}${line}${RESET}\n` : `${line}\n`)
  }
  return lines.join('')
}

function half(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀'
  return lower ? '▄' : ' '
}
