/** How each request of an arm ended and how long it took, so that two arms are compared over the same requests. */

import { ARM_OUTCOMES } from '../../server/runs/counters.ts'
import type { Outcome } from '../policy/send.ts'
import { bucketOf, MAX_US, upperBound } from './histogram.ts'

/** A latency is known to one part in 512: with the outcome it fits into two bytes. */
const PRECISION_BITS = 9
const BUCKETS = bucketOf(MAX_US, PRECISION_BITS) + 1
const OFFSET = { success: 1, failed: 1 + BUCKETS, shortCircuited: 1 + 2 * BUCKETS, fromCache: 1 + 3 * BUCKETS }

/** Requests that are remembered: two bytes each, 20 MB an arm at the most. What comes later is in the counts alone. */
export const MAX_ENDINGS = 10_000_000

export class Endings {
  readonly #codes: Uint16Array

  /** `requests` is the most that will end. */
  constructor(requests: number) {
    this.#codes = new Uint16Array(Math.min(requests, MAX_ENDINGS))
  }

  /** How many requests are remembered at the most. */
  get size(): number {
    return this.#codes.length
  }

  set(index: number, outcome: Outcome, ms: number): void {
    const us = Math.min(MAX_US, Math.max(0, Math.round(ms * 1_000)))
    if (index < this.#codes.length) this.#codes[index] = OFFSET[outcome] + bucketOf(us, PRECISION_BITS)
  }

  /** Null for a request that did not end, or is not remembered. */
  outcome(index: number): Outcome | null {
    const code = this.#codes[index] ?? 0
    return code === 0 ? null : (ARM_OUTCOMES[Math.floor((code - 1) / BUCKETS)] ?? null)
  }

  /** From the planned start to the end, in milliseconds; 0 for a request that did not end. */
  ms(index: number): number {
    const code = this.#codes[index] ?? 0
    return code === 0 ? 0 : upperBound((code - 1) % BUCKETS, PRECISION_BITS) / 1_000
  }
}
