/** Draws numbers over time as bars, one column each. */

const BLOCKS = ' ▁▂▃▄▅▆▇█'
const LETTERS = ' .:-=+*#@'

/**
 * The bars of `values` in `height` lines, top line first. `max` fills the height but for an eighth of a line,
 * so that charts above each other stay justified;
 * what is not zero shows at least the lowest mark, because one failure must be seen among a thousand.
 */
export function bars(values: readonly number[], max: number, height: number, ascii: boolean): readonly string[] {
  const marks = ascii ? LETTERS : BLOCKS
  const steps = height * 8 - 1
  const levels = values.map(value => (value <= 0 ? 0 : Math.max(1, Math.min(steps, Math.round((value / max) * steps)))))
  return Array.from({ length: height }, (_, row) => {
    const below = (height - 1 - row) * 8
    return levels.map(level => marks.charAt(Math.max(0, Math.min(8, level - below)))).join('')
  })
}

/** A share of 0 to 1 as a bar of `width` columns: the full part, and the empty part. */
export function gauge(share: number, width: number, ascii: boolean): readonly [full: string, empty: string] {
  const full = share <= 0 ? 0 : Math.max(1, Math.min(width, Math.round(share * width)))
  return [(ascii ? '#' : '█').repeat(full), (ascii ? '.' : '░').repeat(width - full)]
}
