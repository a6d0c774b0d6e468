/** How long the circuit stays open: longer each time it reopens, shorter again after stable spells, and as long as it was asked to. */

import type { CircuitSettings } from './options.ts'
import type { CircuitSnapshot } from './snapshot.ts'
import type { Window } from './window.ts'

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

/**
 * Until when failed calls asked to be left alone (`Retry-After`), for as long as they count: those in a row until a success,
 * those of the window until they leave it. The latter is a sliding maximum: positions rise and ends fall from the front on, so
 * that it is no longer than the window.
 */
export class RetryAfters {
  /** The latest end that failures in a row asked for, or the failed probes of a half-open circuit. */
  streakUntil = Number.NEGATIVE_INFINITY
  readonly #ofWindow: { readonly position: number; readonly until: number }[] = []

  /** Takes note of a failure that the window has just recorded, or of a failed probe. */
  add(until: number, window: Window): void {
    this.streakUntil = Math.max(this.streakUntil, until)
    this.#addToWindow(window.position, until)
  }

  /** Forgets what failures in a row asked for: a call succeeded. */
  endStreak(): void {
    if (this.streakUntil !== Number.NEGATIVE_INFINITY) this.streakUntil = Number.NEGATIVE_INFINITY
  }

  /** The latest end that failures in the window asked for. */
  windowUntil(window: Window): number {
    const list = this.#ofWindow
    while (list[0] && list[0].position < window.oldest) list.shift()
    return list[0]?.until ?? Number.NEGATIVE_INFINITY
  }

  clear(): void {
    this.streakUntil = Number.NEGATIVE_INFINITY
    this.#ofWindow.length = 0
  }

  snapshot(window: Window, time: number): NonNullable<CircuitSnapshot['rests']> {
    this.windowUntil(window)
    return this.#ofWindow
      .filter(({ until }) => until > time)
      .map(({ position, until }) => ({ age: window.position - position, leftMs: until - time }))
  }

  restore({ restLeftMs, rests }: CircuitSnapshot, window: Window, time: number): void {
    this.clear()
    this.streakUntil = time + restLeftMs
    for (const { age, leftMs } of rests ?? [{ age: 0, leftMs: restLeftMs }])
      if (window.calls > 0) this.#addToWindow(window.position - age, time + leftMs)
  }

  #addToWindow(position: number, until: number): void {
    const list = this.#ofWindow
    let last = list.at(-1)
    while (last && last.until <= until) {
      list.pop()
      last = list.at(-1)
    }
    if (last?.position !== position) list.push({ position, until })
  }
}

/** A number in [0, 1) from the system's own source. */
export function systemRandom(): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1))
  return word / 2 ** 32
}
