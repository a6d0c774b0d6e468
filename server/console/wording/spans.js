/** How a difference between two arms is told: what it is in this run, and what other days leave of it. */

/**
 * What a difference is in this run, and on other days. `value`: of this run, exact. `days`: another day lies between the two with
 * a probability of 95 %; null where the days do not say. `clear`: other days leave no doubt of its direction, and this run is like
 * them in that: what verdicts, tables and marks go by.
 * @typedef {{ readonly value: number, readonly days: [low: number, high: number] | null, readonly clear: boolean }} Span
 */

/** @typedef {{ low: number, high: number } | null | undefined} DaySpan */
/** @typedef {'usefulPoints' | 'wastedCalls'} ComparedFigure */

/** A difference of this run beside that of other days. @param {number} value @param {DaySpan} days @returns {Span} */
export function spanWith(value, days) {
  if (!days) return { value, days: null, clear: false }
  const { low, high } = days
  return { value, days: [low, high], clear: (low > 0 && value > 0) || (high < 0 && value < 0) }
}

/**
 * One of the differences of an arm against the first; null where there is none.
 * @param {{ otherDays?: { differences: readonly { arm: string, usefulPoints: DaySpan, wastedCalls: DaySpan }[] } | undefined }} result
 * @param {{ arm: string, usefulPoints: { value: number } | null, wastedCalls: { value: number } | null }} difference
 * @param {ComparedFigure} of
 */
export function spanOf({ otherDays }, difference, of) {
  const own = difference[of]
  const days = otherDays?.differences.find(({ arm }) => arm === difference.arm)?.[of]
  return own && spanWith(own.value, days)
}

/**
 * What this run did, but `~` where other days may have it the other way round.
 * @template {{ value: number, clear: boolean, days?: Span['days'] | undefined }} D
 * @param {D | null} difference
 * @param {(difference: D) => string} write
 */
export function differenceText(difference, write) {
  if (!difference) return ''
  return difference.clear || difference.days === null ? write(difference) : '~'
}
