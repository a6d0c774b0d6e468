/** When each request of a run is to leave: pure arithmetic, the same for every arm. */

/** An open-loop plan: what was answered, or how slowly, never moves a planned start. */
export interface Schedule {
  /** How many requests it plans. */
  readonly requests: number
  /** Requests that leave at the same moment; 1 for a plan without batches. */
  readonly concurrency: number
  /** Milliseconds between the starts of two batches, or the mean gap between two requests. */
  readonly everyMs: number
  /** The planned start of request `index` (0 to `requests` - 1) in milliseconds from the start; never falls. */
  at(index: number): number
}

/** Batch k of `concurrency` requests leaves at k x `everyMs`. With `everyMs` 0 all of them leave at once. */
export function batches(requests: number, concurrency: number, everyMs: number): Schedule {
  return { requests, concurrency, everyMs, at: index => Math.floor(index / concurrency) * everyMs }
}
