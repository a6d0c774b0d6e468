/** Guesses which known word a typing error meant. */

/** The known word nearest to `typed`, or null where none is near: more than a third of its letters (at least one) differ. */
export function nearest(typed: string, known: readonly string[]): string | null {
  let best: string | null = null
  let fewest = Number.POSITIVE_INFINITY
  for (const word of known) {
    const edits = distance(typed.toLowerCase(), word)
    if (edits < fewest && edits <= Math.max(1, Math.ceil(word.length / 3))) {
      best = word
      fewest = edits
    }
  }
  return best
}

/** Letters to add, drop, change or swap with a neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const edits = Math.min(at(above, column) + 1, at(current, column - 1) + 1, at(above, column - 1) + same)
      current.push(swapped ? Math.min(edits, at(before, column - 2) + 1) : edits)
    }
    before = above
    above = current
  }
  return at(above, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
