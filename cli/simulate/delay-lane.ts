/** Timers of one delay: they are due in the order in which they were set, and need no sorting. */

import type { Timer } from '../../server/lib/clock.ts'

/** Timers for which there is room at first; a power of two. */
const ROOM = 64

/** Stands where no timer is. */
const NOBODY: Timer = { ticket: null, due() {} }

/** A queue in a ring. The caller sees to it that moments and orders rise. */
export class DelayLane {
  /** Of all timers here. */
  readonly delayMs: number
  #head = 0
  #size = 0
  #at = new Float64Array(ROOM)
  #order = new Float64Array(ROOM)
  #timers: Timer[] = new Array(ROOM).fill(NOBODY)

  constructor(delayMs: number) {
    this.delayMs = delayMs
  }

  /** When the first is due; infinity where there is none. */
  get firstAt(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#at[this.#head] as number)
  }

  get firstOrder(): number {
    return this.#order[this.#head] as number
  }

  push(at: number, order: number, timer: Timer): void {
    if (this.#size === this.#at.length) this.#grow()
    const place = (this.#head + this.#size++) & (this.#at.length - 1)
    this.#at[place] = at
    this.#order[place] = order
    this.#timers[place] = timer
  }

  /** Takes the first away; there must be one. */
  shift(): Timer {
    const head = this.#head
    const timer = this.#timers[head] as Timer
    this.#timers[head] = NOBODY
    this.#head = (head + 1) & (this.#at.length - 1)
    this.#size--
    return timer
  }

  /** Takes away what does not wait any more; the number of what is left. */
  clear(): number {
    for (let rest = this.#size; rest > 0; rest--) {
      const [at, order] = [this.firstAt, this.firstOrder]
      const timer = this.shift()
      if (timer.ticket === order) this.push(at, order, timer)
    }
    return this.#size
  }

  #grow(): void {
    const [moments, orders, timers] = [this.#at, this.#order, this.#timers]
    const room = moments.length
    this.#at = new Float64Array(2 * room)
    this.#order = new Float64Array(2 * room)
    this.#timers = new Array(2 * room).fill(NOBODY)
    for (let index = 0; index < room; index++) {
      const place = (this.#head + index) & (room - 1)
      this.#at[index] = moments[place] as number
      this.#order[index] = orders[place] as number
      this.#timers[index] = timers[place] as Timer
    }
    this.#head = 0
  }
}
