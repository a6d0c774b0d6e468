/** Turns one screen into the next with the fewest bytes: only lines that changed are written, all in one update. */

/** Alternate screen, no cursor, no wrapping at the right edge (a shrinking window would fold lines), blank. */
export const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J'

/** Undoes `ENTER` and an update that was cut off in the middle, and leaves the cursor where it was before. */
export const LEAVE = '\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l'

// Synchronised update: the terminal shows all or nothing of it; those that do not know the mode ignore it.
const BEGIN = '\x1b[?2026h'
const END = '\x1b[?2026l'

/**
 * The bytes that turn a screen showing `before` into one showing `after`; empty where nothing changed.
 * Both hold one string a line, each as wide as the screen. `before` null, or of another height: everything is written.
 */
export function patch(before: readonly string[] | null, after: readonly string[]): string {
  const known = before?.length === after.length ? before : null
  const lines = after.flatMap((line, row) => (known?.[row] === line ? [] : [`\x1b[${row + 1};1H${line}`]))
  if (lines.length === 0) return ''
  return `${BEGIN}${known ? '' : '\x1b[0m\x1b[2J'}${lines.join('')}${END}`
}
