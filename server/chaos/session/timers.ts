/** Requests of one session that wait for a moment to come: each can be cancelled, all can be released at once. */

import type { Clock } from '../../lib/clock.ts'

export class Timers {
  readonly #clock: Clock
  readonly #waiting = new Set<{ cancel(): void; fire(released: boolean): void }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Calls `act` once: after `ms` milliseconds or on release, unless the returned function is called before. */
  wait(ms: number, act: (released: boolean) => void): () => void {
    const entry = {
      cancel: () => {
        this.#waiting.delete(entry)
        cancelTimer()
      },
      fire: (released: boolean) => {
        entry.cancel()
        act(released)
      },
    }
    // A timer may fire up to a millisecond early when it is given a fraction.
    const cancelTimer = this.#clock.after(Math.ceil(ms), () => entry.fire(false))
    this.#waiting.add(entry)
    return entry.cancel
  }

  /** Ends every wait now. */
  release(): void {
    for (const entry of [...this.#waiting]) entry.fire(true)
  }
}
