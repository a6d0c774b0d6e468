/** Which lamp is lit: the breaker's state, but half-open stays long enough to be seen. */

/** @import { Circuit, Edge } from './types.js' */

/** A half-open breaker may decide within a millisecond; its lamp stays lit at least this long. */
export const HALF_OPEN_LIT_MS = 600

/** @typedef {{ shown: Circuit | null, seenMs: number, halfUntil: number }} Lamp times of the edges, then of the page */

/** @type {Lamp} */
export const DARK = { shown: null, seenMs: Number.NaN, halfUntil: 0 }

/**
 * The lamp after another look at the breaker's edges. Edges arrive in bundles and late, so what counts is when the page saw them.
 * @param {Lamp} lamp
 * @param {readonly Edge[]} edges oldest first
 * @param {number} now milliseconds on the page's clock
 * @returns {Lamp}
 */
export function lampAfter(lamp, edges, now) {
  const last = edges.at(-1)
  if (!last) return DARK
  const first = Number.isNaN(lamp.seenMs)
  const flashed = !first && edges.some(edge => edge.state === 'half-open' && edge.atMs > lamp.seenMs)
  const halfUntil = flashed ? now + HALF_OPEN_LIT_MS : lamp.halfUntil
  return { shown: now < halfUntil ? 'half-open' : last.state, seenMs: last.atMs, halfUntil }
}

/**
 * The stretches of one state between two moments, for the strip.
 * @param {readonly Edge[]} edges
 * @param {number} fromMs
 * @param {number} toMs
 * @returns {{ fromMs: number, toMs: number, state: Circuit }[]}
 */
export function stretches(edges, fromMs, toMs) {
  /** @type {{ fromMs: number, toMs: number, state: Circuit }[]} */
  const found = []
  edges.forEach((edge, index) => {
    const from = Math.max(fromMs, edge.atMs)
    const to = Math.min(toMs, edges[index + 1]?.atMs ?? toMs)
    if (to > from) found.push({ fromMs: from, toMs: to, state: edge.state })
  })
  return found
}
