/** How long the circuit stays open: longer each time it reopens, shorter again after stable spells. */

import type { CircuitSettings } from './options.ts'

/**
 * Exponential growth with a cap, then jitter: `max(min(cap, base * factor^level), rest) * (1 + jitter * u)`.
 * Jitter only lengthens, so that no opening is shorter than the base or than what the upstream asked for.
 */
export class OpenTime {
  /** How often the time has grown since the last stable spell. */
  level = 0
  readonly #settings: CircuitSettings
  readonly #random: () => number

  constructor(settings: CircuitSettings, random: () => number) {
    this.#settings = settings
    this.#random = random
  }

  /** Milliseconds to stay open now, of which at least `restMs`; the next opening will be one step longer. */
  next(restMs: number): number {
    const { openForMs, openFactor, openMaxMs, jitter } = this.#settings
    const grown = Math.min(openMaxMs, openForMs * openFactor ** this.level)
    // At the cap the level stands still, so that the first stable spell already counts.
    if (openFactor > 1 && grown < openMaxMs) this.level += 1
    return Math.max(grown, restMs) * (1 + jitter * this.#random())
  }

  /** Takes back one step for each whole stable spell within `closedMs` milliseconds without opening. */
  settleDown(closedMs: number): void {
    this.level = Math.max(0, this.level - Math.floor(closedMs / this.#settings.stableForMs))
  }
}

/** A number in [0, 1) from the system's own source. */
export function systemRandom(): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1))
  return word / 2 ** 32
}
