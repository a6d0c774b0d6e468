/** Confidence intervals, so that a difference which may be chance is not sold as one. */

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
 * 95 % interval of `hitsA / a - hitsB / b` for two independent samples: Wilson's limits, squared and added.
 * Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
 */
export function independentDifference(hitsA: number, a: number, hitsB: number, b: number): Interval {
  return combine(
    a === 0 ? 0 : hitsA / a,
    wilson(hitsA, a),
    b === 0 ? 0 : hitsB / b,
    wilson(hitsB, b),
    a === 0 || b === 0 ? [-1, 1] : null,
  )
}

/**
 * 95 % interval of (share of A) - (share of B) for paired data.
 * Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10: as for independent samples,
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
  return combine(hitsA / n, wilson(hitsA, n), hitsB / n, wilson(hitsB, n), null, phi)
}

/**
 * 95 % interval of the difference `a - b` of two counts of events over the same exposure, such as wasted calls:
 * the score limits of each Poisson count, squared and added as in Newcombe's method 10
 * (G. Y. Zou and A. Donner, Statistics in Medicine 27 (2008) 1693-1702, call it MOVER).
 */
export function countDifference(a: number, b: number): Interval {
  return combine(a, poisson(a), b, poisson(b), null)
}

/** True where an interval says nothing about the direction. */
export function includesZero([lower, upper]: Interval): boolean {
  return lower <= 0 && upper >= 0
}

function combine(
  a: number,
  [la, ua]: Interval,
  b: number,
  [lb, ub]: Interval,
  none: Interval | null,
  phi = 0,
): Interval {
  if (none) return none
  const below = Math.sqrt((a - la) ** 2 - 2 * phi * (a - la) * (ub - b) + (ub - b) ** 2)
  const above = Math.sqrt((ua - a) ** 2 - 2 * phi * (ua - a) * (b - lb) + (b - lb) ** 2)
  return [a - b - below, a - b + above]
}

function poisson(events: number): Interval {
  const spread = Z * Math.sqrt(events + (Z * Z) / 4)
  return [Math.max(0, events + (Z * Z) / 2 - spread), events + (Z * Z) / 2 + spread]
}
