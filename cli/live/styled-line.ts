/** The lines of the screen: spans of styled text, cut or padded to the width of the window, with colour or without. */

/** What a text means; the palette says how it looks. */
export type Style =
  | 'plain'
  | 'dim'
  | 'strong'
  | 'success'
  | 'failed'
  | 'shortCircuited'
  | 'fromCache'
  | 'closed'
  | 'open'
  | 'half-open'

interface Span {
  readonly text: string
  readonly style: Style
}

export type Line = readonly Span[]

/** The window, and what it can show. */
export interface Window {
  /** Columns. */
  readonly width: number
  /** Lines. */
  readonly height: number
  readonly colour: boolean
  /** Nothing but ASCII. */
  readonly ascii: boolean
}

/** Lines that come and go together; a lower rank stays longer when the window shrinks. */
export interface Block {
  readonly rank: number
  readonly lines: readonly Line[]
}

// The colours of the terminal's own theme, as in the reports; no meaning is by colour alone.
const SGR: Readonly<Record<Style, string>> = {
  plain: '',
  dim: '2',
  strong: '1',
  success: '36',
  failed: '31',
  shortCircuited: '35',
  fromCache: '33',
  closed: '1;36',
  open: '1;35',
  'half-open': '1;33',
}

/** A span, plain where no style is named. */
export function styled(text: string, name: Style = 'plain'): Span {
  return { text, style: name }
}

/** How many columns a line takes: one each code point, as `fit` lets no wider one through. */
export function widthOf(line: Line): number {
  return line.reduce((sum, span) => sum + [...span.text].length, 0)
}

/** The line in exactly `width` columns: cut at the right, or padded with spaces. Foreign glyphs become `?`. */
export function fit(line: Line, width: number, ascii: boolean): Line {
  let left = width
  const spans: Span[] = []
  for (const span of line) {
    const glyphs = [...span.text].slice(0, left).map(glyph => (fits(glyph, ascii) ? glyph : '?'))
    left -= glyphs.length
    if (glyphs.length > 0) spans.push({ text: glyphs.join(''), style: span.style })
  }
  if (left > 0) spans.push(styled(' '.repeat(left)))
  return spans
}

/** `left` and `right` at the two edges of `width` columns; the right one wins where both do not fit. */
export function justified(left: Line, right: Line, width: number): Line {
  const rest = Math.max(0, width - widthOf(right) - 1)
  return [...fit(left, rest, false), styled(' '), ...right]
}

/** The line as the terminal wants it. Each style is closed again, so that lines stand alone. */
export function toAnsi(line: Line, colour: boolean): string {
  return line
    .map(span => (colour && SGR[span.style] !== '' ? `\x1b[${SGR[span.style]}m${span.text}\x1b[0m` : span.text))
    .join('')
}

/** Whether a glyph surely takes one column. What others typed (names, addresses) may hold anything, controls included. */
function fits(glyph: string, ascii: boolean): boolean {
  const code = glyph.codePointAt(0) ?? 0
  if (code >= 0x20 && code < 0x7f) return true
  if (ascii) return false
  const latin = code > 0xa0 && code < 0x250 && code !== 0xad
  // arrows, box drawing, block elements, geometric shapes, and the dashes and dots of plain text
  return latin || (code >= 0x2500 && code < 0x2600) || '←↑→↓–…·'.includes(glyph)
}
