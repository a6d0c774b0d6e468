/** The six counters of an arm and the states of its circuit: the words that results, published runs and the command line share. */

/** How a request ended for its caller. */
export const ARM_OUTCOMES = ['success', 'failed', 'shortCircuited', 'fromCache'] as const

/** The outcomes, and the calls that were really made for them; in the order in which they travel where their names are left out. */
export const COUNTERS = [...ARM_OUTCOMES, 'calls', 'wasted'] as const

export type Counter = (typeof COUNTERS)[number]

export type Counts = Record<Counter, number>

/** The counts of an arm that has done nothing yet. */
export function noCounts(): Counts {
  return { success: 0, failed: 0, shortCircuited: 0, fromCache: 0, calls: 0, wasted: 0 }
}

/** Adds what came since to `sum`. */
export function addCounts(sum: Counts, more: Readonly<Counts>): void {
  for (const counter of COUNTERS) sum[counter] += more[counter]
}

/** Requests that have ended, whatever became of them. */
export function requestsOf(counts: Readonly<Counts>): number {
  return ARM_OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0)
}

export const CIRCUIT_STATES = ['closed', 'open', 'half-open', 'forced-open', 'disabled'] as const
