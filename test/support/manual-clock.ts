/** A clock that stands still until a test moves it. */

import type { Clock } from '../../server/lib/clock.ts'

export class ManualClock implements Clock {
  #now = 0
  #timers: { at: number; act: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + ms, act }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length
  }

  /** Moves time forward by `ms`, firing each timer that falls due at its own moment, in order. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const due = this.#timers.filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers = this.#timers.filter(timer => timer !== due)
      this.#now = Math.max(this.#now, due.at)
      due.act()
    }
    this.#now = end
  }
}
