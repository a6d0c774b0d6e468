/** Breaks text into lines of a width, and measures the columns of tables. */

/** A piece that is never broken: its width on the screen and, where colours make that differ, its text. */
export interface Piece {
  readonly text: string
  readonly width: number
}

/** Lines of at most `width` columns, pieces separated by `gap`; a piece longer than a line gets one of its own. */
export function wrapPieces(pieces: readonly Piece[], width: number, gap = ' '): string[] {
  const lines: string[] = []
  let used = 0
  for (const piece of pieces) {
    const last = lines.at(-1)
    if (last !== undefined && used + gap.length + piece.width <= width) {
      lines[lines.length - 1] = last + gap + piece.text
      used += gap.length + piece.width
    } else {
      lines.push(piece.text)
      used = piece.width
    }
  }
  return lines
}

/** Plain prose in lines of at most `width` columns. A number stays with the unit that follows it. */
export function wrapText(text: string, width: number): string[] {
  const words = text.match(/[(+-]?\d\S* (?:%|ms|s|points)(?=[\s.,;:)]|$)[.,;:)]*|\S+/g) ?? []
  return wrapPieces(
    words.map(word => ({ text: word, width: word.length })),
    width,
  )
}

/** Prose as a paragraph of at most `width` columns (at least 20), indented by two; lines are joined. */
export function paragraph(text: string, width: number): string {
  return wrapText(text, Math.max(20, width - 2))
    .map(line => `  ${line}`)
    .join('\n')
}

/** Prose is no wider than this, however wide the terminal. */
const MAX_PROSE = 100

/** A paragraph as wide as a reader wants it: at most `width` columns. */
export function prose(text: string, width: number): string {
  return paragraph(text, Math.min(width, MAX_PROSE))
}

/** How wide each column of a table must be for its heading and its cells. */
export function columnWidths(headings: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return headings.map((heading, column) => Math.max(heading.length, ...rows.map(row => row[column]?.length ?? 0)))
}
