/** What waits for a moment to come in one session: each can be cancelled, all can be released at once. */

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

  /** Calls `act` once: after `waitMs` milliseconds or on release, unless the returned function is called before. */
  after(waitMs: number, act: (released: boolean) => void): () => void {
    const timer = {
      cancel: () => {
        this.#waiting.delete(timer)
        cancelTimer()
      },
      fire: (released: boolean) => {
        timer.cancel()
        act(released)
      },
    }
    // A timer may fire up to a millisecond early when it is given a fraction.
    const cancelTimer = this.#clock.after(Math.ceil(waitMs), () => timer.fire(false))
    this.#waiting.add(timer)
    return timer.cancel
  }

  /** Ends every wait now. */
  release(): void {
    for (const timer of [...this.#waiting]) timer.fire(true)
  }
}
