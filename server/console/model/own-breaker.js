/** The breaker of what a phone sends itself: three states over the newest calls, as small as one can be that opens, tests and closes. */

/** Of so many calls, the newest, half may fail; fewer than the minimum say nothing. */
const WINDOW = 10
const MINIMUM = 4
/** How long it stays open, in milliseconds. */
export const OPEN_MS = 5_000

/** @typedef {'closed' | 'open' | 'half-open'} State */

export function createOwnBreaker() {
  /** @type {boolean[]} whether each of the newest calls failed */
  let calls = []
  let openUntil = Number.NEGATIVE_INFINITY
  let isTripped = false
  let isTesting = false
  /** Grows when it opens or closes: an answer to a call of before changes nothing. */
  let generation = 0

  /** @param {number} now milliseconds, monotonic @returns {State} */
  const state = now => (!isTripped ? 'closed' : now < openUntil ? 'open' : 'half-open')
  /** @param {number} now */
  const trip = now => {
    isTripped = true
    openUntil = now + OPEN_MS
    calls = []
    generation += 1
  }

  return {
    state,
    /** How long it stays open from now on, in milliseconds. @param {number} now */
    waitMs: now => (isTripped ? Math.max(0, openUntil - now) : 0),
    /** A call that may be made, to be settled; null where it is refused. @param {number} now */
    acquire(now) {
      const before = state(now)
      if (before === 'open' || (before === 'half-open' && isTesting)) return null
      isTesting = before === 'half-open'
      const mine = generation
      return {
        /** @param {boolean} isAnswered @param {number} at */
        settle(isAnswered, at) {
          if (mine !== generation) return
          if (isTripped) {
            isTesting = false
            if (!isAnswered) return trip(at)
            isTripped = false
            generation += 1
            return
          }
          calls = [...calls, !isAnswered].slice(-WINDOW)
          const failed = calls.filter(Boolean).length
          if (calls.length >= MINIMUM && 2 * failed >= calls.length) trip(at)
        },
      }
    },
    /** Closed, with nothing remembered. */
    reset() {
      calls = []
      isTripped = false
      isTesting = false
      generation += 1
    },
  }
}
