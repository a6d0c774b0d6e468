/** Delays by distribution, each as a quantile function of one draw, so that a key meets the same delay in every arm. */

import { ms } from '../settings/quantity.ts'
import type { Latency } from '../settings/schema.ts'

/** Standard normal quantile of 0.99. */
const Z99 = 2.3263478740408408

/** Milliseconds of delay for a draw in [0, 1). */
export type DelayQuantile = (draw: number) => number

/** Compiles a distribution to its quantile function; never more than its cap. */
export function compileLatency(latency: Latency): DelayQuantile {
  const cap = ms(latency.cap)
  if (latency.distribution === 'fixed') {
    const delay = Math.min(ms(latency.delay), cap)
    return () => delay
  }
  if (latency.distribution === 'uniform') {
    const min = ms(latency.min)
    const span = ms(latency.max) - min
    return draw => Math.min(min + draw * span, cap)
  }
  const mu = Math.log(ms(latency.p50))
  const sigma = (Math.log(ms(latency.p99)) - mu) / Z99
  return draw => Math.min(Math.exp(mu + sigma * normalQuantile(draw)), cap)
}

/**
 * Standard normal quantile by Acklam's rational approximation, relative error below 1.15e-9.
 * A draw of 0 counts as half a step of the 32-bit draw.
 */
export function normalQuantile(draw: number): number {
  const p = draw > 0 ? draw : 2 ** -33
  if (p < LOW) return tail(Math.sqrt(-2 * Math.log(p)))
  if (p > 1 - LOW) return -tail(Math.sqrt(-2 * Math.log(1 - p)))
  const q = p - 0.5
  const r = q * q
  return (polynomial(A, r) * q) / (polynomial(B, r) * r + 1)
}

const LOW = 0.02425
const A = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
]
const B = [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1]
const C = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
]
const D = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416]

function tail(q: number): number {
  return polynomial(C, q) / (polynomial(D, q) * q + 1)
}

/** Horner's scheme, highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}
