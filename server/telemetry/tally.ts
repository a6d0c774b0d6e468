/** The six counts of an arm: what its requests came to, and the calls that they took. */

/** In the order in which they go over the wire where their names are left out. */
export const FIELDS = ['success', 'failed', 'shortCircuited', 'fromCache', 'calls', 'wasted'] as const

export type Tally = Record<(typeof FIELDS)[number], number>

/** The tally of an arm that has done nothing yet. */
export function nothing(): Tally {
  return { success: 0, failed: 0, shortCircuited: 0, fromCache: 0, calls: 0, wasted: 0 }
}

/** Adds what came since to `sum`. */
export function add(sum: Tally, more: Readonly<Tally>): void {
  for (const field of FIELDS) sum[field] += more[field]
}
