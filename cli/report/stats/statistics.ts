/** Confidence intervals of shares and of their difference over pairs. */

/** Two-sided 95 % quantile of the normal distribution. */
const Z = 1.959963984540054

/** Lower and upper limit. */
export type Interval = [number, number]

/** Useful answers of two arms that met the same fates, request by request. */
export interface Pairs {
  readonly both: number
  readonly onlyA: number
  readonly onlyB: number
  readonly neither: number
}

/**
 * 95 % score interval of a proportion `hits / n`; [0, 1] when `n` is 0.
 * Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.
 */
export function wilson(hits: number, n: number): Interval {
  if (n === 0) return [0, 1]
  const p = hits / n
  const centre = 2 * hits + Z * Z
  const spread = Z * Math.sqrt(Z * Z + 4 * hits * (1 - p))
  const scale = 2 * (n + Z * Z)
  return [hits === 0 ? 0 : (centre - spread) / scale, hits === n ? 1 : (centre + spread) / scale]
}

/**
 * 95 % interval of (share of A) - (share of B) for paired data.
 * Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10: Wilson's limits, squared and added,
 * less the correlation of the pairs, phi, whose numerator is corrected for continuity.
 */
export function pairedDifference({ both, onlyA, onlyB, neither }: Pairs): Interval {
  const n = both + onlyA + onlyB + neither
  if (n === 0) return [-1, 1]
  const hitsA = both + onlyA
  const hitsB = both + onlyB
  const root = Math.sqrt(hitsA * (n - hitsA) * hitsB * (n - hitsB))
  const raw = both * neither - onlyA * onlyB
  const corrected = raw > 0 ? Math.max(raw - n / 2, 0) : raw
  const phi = root === 0 ? 0 : corrected / root
  return combine(hitsA / n, wilson(hitsA, n), hitsB / n, wilson(hitsB, n), phi)
}

/** True where an interval says nothing about the direction. */
export function includesZero([lower, upper]: Interval): boolean {
  return lower <= 0 && upper >= 0
}

function combine(a: number, [la, ua]: Interval, b: number, [lb, ub]: Interval, phi: number): Interval {
  const below = Math.sqrt((a - la) ** 2 - 2 * phi * (a - la) * (ub - b) + (ub - b) ** 2)
  const above = Math.sqrt((ua - a) ** 2 - 2 * phi * (ua - a) * (b - lb) + (b - lb) ** 2)
  return [a - b - below, a - b + above]
}
