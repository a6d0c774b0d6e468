/** Which state is shown: the breaker's state, but half-open stays long enough to be seen. */

/** @import { Circuit, Edge } from './types.js' */

/** A half-open breaker may decide within a millisecond; it is shown at least this long. */
export const HALF_OPEN_SHOWN_MS = 600

/** @typedef {{ shown: Circuit | null, seenMs: number, halfUntil: number }} Indicator times of the edges, then of the page */

/** @type {Indicator} */
export const UNLIT = { shown: null, seenMs: Number.NaN, halfUntil: 0 }

/**
 * The indicator after another look at the breaker's edges. Edges arrive in bundles and late, so what counts is when the page saw them.
 * @param {Indicator} indicator
 * @param {readonly Edge[]} edges oldest first
 * @param {number} now milliseconds on the page's clock
 * @returns {Indicator}
 */
export function nextIndicator(indicator, edges, now) {
  const last = edges.at(-1)
  if (!last) return UNLIT
  const first = Number.isNaN(indicator.seenMs)
  const flashed = !first && edges.some(edge => edge.state === 'half-open' && edge.atMs > indicator.seenMs)
  const halfUntil = flashed ? now + HALF_OPEN_SHOWN_MS : indicator.halfUntil
  return { shown: now < halfUntil ? 'half-open' : last.state, seenMs: last.atMs, halfUntil }
}

/**
 * The stateSpans of one state between two moments, for the strip.
 * @param {readonly Edge[]} edges
 * @param {number} fromMs
 * @param {number} toMs
 * @returns {{ fromMs: number, toMs: number, state: Circuit }[]}
 */
export function stateSpans(edges, fromMs, toMs) {
  /** @type {{ fromMs: number, toMs: number, state: Circuit }[]} */
  const found = []
  edges.forEach((edge, index) => {
    const from = Math.max(fromMs, edge.atMs)
    const to = Math.min(toMs, edges[index + 1]?.atMs ?? toMs)
    if (to > from) found.push({ fromMs: from, toMs: to, state: edge.state })
  })
  return found
}
