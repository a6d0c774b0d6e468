/** Finds the known name that somebody meant who typed another. */

/** Names as short as this are near to too many words: one letter may differ, in longer ones two. */
const SHORT = 6

/** The name of `known` that `typed` is, or is a near miss of: another case, other dashes, a letter or two wrong; or null. */
export function nearest(typed: string, known: readonly string[]): string | null {
  if (known.includes(typed)) return typed
  const letters = lettersOf(typed)
  const same = known.find(name => lettersOf(name) === letters)
  if (same !== undefined) return same
  let best: string | null = null
  let least = letters.length <= SHORT ? 1 : 2
  for (const name of known) {
    const distance = distanceBetween(letters, lettersOf(name))
    if (distance > least || (distance === least && best !== null)) continue
    best = name
    least = distance
  }
  return best
}

function lettersOf(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
}

/** Letters to add, leave out, replace or swap with their neighbour: the optimal string alignment distance. */
function distanceBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : replaced
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped))
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
