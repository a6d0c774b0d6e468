/** A deadline that moves with every step of a call: exact to the clock's timers, and without a timer for each step. */

import type { Clock } from '../../server/lib/clock.ts'

/** One timer at the most: it fires where the deadline was, and is set again where that has moved on meanwhile. */
export class Deadline {
  readonly #clock: Clock
  readonly #expired: () => void
  #dueAt = Number.POSITIVE_INFINITY
  #firesAt = Number.POSITIVE_INFINITY
  #cancelTimer = () => {}

  /** @param expired is called when the deadline is reached; there is none after it */
  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock
    this.#expired = expired
  }

  /** The deadline is `ms` milliseconds from now; 0 for none. */
  set(ms: number): void {
    if (ms === 0) {
      this.#dueAt = Number.POSITIVE_INFINITY
      return
    }
    this.#dueAt = this.#clock.now() + ms
    if (this.#dueAt < this.#firesAt) this.#wait(ms)
  }

  close(): void {
    this.#cancelTimer()
  }

  #wait(ms: number): void {
    this.#cancelTimer()
    this.#firesAt = this.#dueAt
    this.#cancelTimer = this.#clock.after(ms, this.#fire)
  }

  readonly #fire = () => {
    this.#firesAt = Number.POSITIVE_INFINITY
    if (this.#dueAt === Number.POSITIVE_INFINITY) return
    const left = this.#dueAt - this.#clock.now()
    if (left > 0) {
      this.#wait(left)
      return
    }
    this.#dueAt = Number.POSITIVE_INFINITY
    this.#expired()
  }
}
