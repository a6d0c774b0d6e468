/** Percentiles of histogram counts, and how sure one can be of their difference. */

import { FNV_OFFSET, hashText } from '../../../server/chaos/decision/draw.ts'
import type { Difference } from '../result.ts'
import { type Interval, includesZero } from './statistics.ts'

/** Counts by upper bound, rising: `[milliseconds, count]`. */
export type Bins = readonly (readonly [number, number])[]

const ROUNDS = 1_000

/** The value at or below which the share `quantile` (0 to 1) of all counts lies (nearest rank); NaN without counts. */
export function percentile(bins: Bins, quantile: number): number {
  const n = size(bins)
  return at(bins, Math.max(1, Math.ceil(quantile * n)))
}

/**
 * How much a percentile of `after` lies above that of `before`, in milliseconds, with its 95 % bootstrap interval
 * (percentile method: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
 * The two samples are drawn apart; where both arms met the same fates that makes the interval a little too wide.
 * Never clear where a sample is too small to have values on both sides of its percentile.
 */
export function percentileDifference(before: Bins, after: Bins, quantile: number, seed: string): Difference {
  const value = percentile(after, quantile) - percentile(before, quantile)
  const from = resampled(before, quantile, randomOf(`${seed}:${quantile}:before`))
  const to = resampled(after, quantile, randomOf(`${seed}:${quantile}:after`))
  const ci95 = middle(to.map((ms, round) => ms - (from[round] ?? 0)))
  const enough = [before, after].every(bins => isEnough(size(bins), quantile))
  return { value, ci95, clear: enough && !includesZero(ci95) }
}

/** What may be missed at either end of a two-sided 95 % interval. */
const TAIL = 0.025

/**
 * Whether n values can bound a quantile at all: the chance that all of them lie on one side of it is q^n or (1 - q)^n,
 * and where that exceeds 2.5 % no two of them, not even the least and the greatest, enclose it with 95 %. So a median
 * takes 6 values, a p95 72, a p99 368. A bootstrap of fewer is blind to it: it draws nothing beyond what was seen.
 * Source: H. A. David and H. N. Nagaraja, Order Statistics (2003), section 7.1, distribution-free intervals of a quantile.
 */
function isEnough(n: number, quantile: number): boolean {
  return Math.max(quantile ** n, (1 - quantile) ** n) <= TAIL
}

/**
 * Resampling n values and taking the one of rank k is the same as reading the sample at the k-th smallest of n uniform
 * numbers, which is Beta(k, n - k + 1) distributed: one draw a round instead of n.
 * Source of the Beta draw: A. Hutson and M. Ernst, J. R. Stat. Soc. B 62 (2000) 89-94.
 */
function resampled(bins: Bins, quantile: number, random: () => number): number[] {
  const n = size(bins)
  const rank = Math.max(1, Math.ceil(quantile * n))
  return Array.from({ length: ROUNDS }, () => {
    const [x, y] = [gamma(rank, random), gamma(n - rank + 1, random)]
    return at(bins, Math.max(1, Math.ceil((x / (x + y)) * n)))
  })
}

function middle(values: number[]): Interval {
  values.sort((a, b) => a - b)
  const pick = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0
  return [pick(0.025), pick(0.975)]
}

function size(bins: Bins): number {
  return bins.reduce((sum, [, count]) => sum + count, 0)
}

function at(bins: Bins, rank: number): number {
  let seen = 0
  for (const [ms, count] of bins) {
    seen += count
    if (seen >= rank) return ms
  }
  return Number.NaN
}

/** Gamma(shape, 1) for shape >= 1. Source: G. Marsaglia and W. Tsang, ACM Trans. Math. Softw. 26 (2000) 363-372. */
function gamma(shape: number, random: () => number): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** A stream of numbers in [0, 1) from a text: FNV-1a for the start, mulberry32 for the steps. */
function randomOf(seed: string): () => number {
  let state = hashText(FNV_OFFSET, seed)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
