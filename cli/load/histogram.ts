/** Counts latencies in a fixed amount of memory, with percentiles that are off by less than a thousandth. */

import type { LatencySummary } from '../report/result.ts'

/** A value is known to one part in 1,024. */
const PRECISION_BITS = 10
/** Microseconds: 71 minutes. What took longer is counted as this long, but for the maximum. */
export const MAX_US = 2 ** 32 - 1
const BUCKETS = bucketOf(MAX_US) + 1
/** The buckets that are there from the first value on. */
const MIN_BUCKETS = 2_048
/** A condensed step holds this part of all values, or this part of those that are left. */
const STEPS = 20
const TAIL = 4
/** No buckets: memory is taken when the first value comes, and only for values up to twice the largest. */
const NONE = new Uint32Array(0)

/**
 * A log-linear histogram in the manner of Gil Tene's HdrHistogram. Node has one (`perf_hooks.createHistogram`), but it does
 * not tell its buckets, and the intervals of percentiles are drawn from those.
 */
export class Histogram {
  #counts = NONE
  #count = 0
  #maxMs = 0

  /** How many values were recorded. */
  get count(): number {
    return this.#count
  }

  /** Counts one value, in milliseconds; one below zero counts as zero. */
  record(ms: number): void {
    if (ms > this.#maxMs) this.#maxMs = ms
    const us = Math.min(MAX_US, Math.max(0, Math.round(ms * 1_000)))
    const index = bucketOf(us)
    if (index >= this.#counts.length) this.#grow(index + 1)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#count++
  }

  /** Adds all values of another histogram. */
  add(other: Histogram): void {
    if (other.#counts.length > this.#counts.length) this.#grow(other.#counts.length)
    for (const [index, count] of other.#counts.entries()) {
      if (count > 0) this.#counts[index] = (this.#counts[index] ?? 0) + count
    }
    this.#count += other.#count
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs)
  }

  /** The smallest value that `share` (0 to 1) of all values do not exceed, in milliseconds; null without values. */
  quantile(share: number): number | null {
    if (this.#count === 0) return null
    let left = Math.max(1, Math.ceil(share * this.#count))
    for (let index = 0; index < this.#counts.length; index++) {
      left -= this.#counts[index] ?? 0
      if (left <= 0) return Math.min(rounded(this.#maxMs), upperBound(index) / 1_000)
    }
    return rounded(this.#maxMs)
  }

  summary(): LatencySummary {
    const [p50, p95, p99] = [this.quantile(0.5), this.quantile(0.95), this.quantile(0.99)]
    return { count: this.#count, p50, p95, p99, max: this.#count === 0 ? null : rounded(this.#maxMs) }
  }

  /** The buckets that hold something: upper bound in milliseconds and count, rising. */
  buckets(): [upToMs: number, count: number][] {
    const list: [number, number][] = []
    this.#counts.forEach((count, index) => {
      if (count > 0) list.push([upperBound(index) / 1_000, count])
    })
    return list
  }

  /** The same in fewer steps, the more of them the rarer the values: some twenty of equal counts, and halves of a tail. */
  condensed(): [upToMs: number, count: number][] {
    const list: [number, number][] = []
    let [left, sum] = [this.#count, 0]
    for (const [upToMs, count] of this.buckets()) {
      sum += count
      if (sum < Math.min(this.#count / STEPS, left / TAIL)) continue
      list.push([upToMs, sum])
      left -= sum
      sum = 0
    }
    return list
  }

  #grow(least: number): void {
    const larger = new Uint32Array(Math.min(BUCKETS, Math.max(MIN_BUCKETS, 2 * least)))
    larger.set(this.#counts)
    this.#counts = larger
  }
}

/**
 * The bucket of a number of microseconds: below 2 x 2^bits each has one of its own; above, each power of two has 2^bits of
 * them, so that a value is known to one part in 2^bits.
 */
export function bucketOf(us: number, bits = PRECISION_BITS): number {
  const half = 1 << bits
  if (us < 2 * half) return us
  const shift = 31 - Math.clz32(us) - bits
  return shift * half + (us >>> shift)
}

/** The largest number of microseconds that falls into a bucket. */
export function upperBound(index: number, bits = PRECISION_BITS): number {
  const half = 1 << bits
  if (index < 2 * half) return index
  const shift = Math.floor(index / half) - 1
  return (index - shift * half + 1) * 2 ** shift - 1
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
