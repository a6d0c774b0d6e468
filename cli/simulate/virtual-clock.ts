/** Virtual time: a clock that stands still until it is told to go to the next moment at which something is due. */

import type { Clock } from '../../server/lib/clock.ts'

/** Something that is to happen. */
interface Timer {
  /** Milliseconds of the clock. */
  readonly at: number
  /** Of two that are due together, the one that was set first goes first. */
  readonly order: number
  /** Null once it has happened, or was cancelled. */
  act: (() => void) | null
}

/** Cancelled timers that may lie in the heap before they are cleared away, and then only where they are the most of it. */
const MIN_CANCELLED = 64

/**
 * Timers in a binary heap, by their moment and then by the order in which they were set. Cancelled ones stay in it until they
 * are the larger half, so that cancelling costs nothing and what waits stays small.
 */
export class VirtualClock implements Clock {
  #now = 0
  #heap: Timer[] = []
  #count = 0
  #cancelled = 0
  #steps = 0
  readonly #maxSteps: number

  /** @param maxSteps so many moments may pass; more are taken for a simulation that would never end */
  constructor(maxSteps = Number.MAX_SAFE_INTEGER) {
    this.#maxSteps = maxSteps
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#heap.length - this.#cancelled
  }

  /** Timers that have fired. */
  get steps(): number {
    return this.#steps
  }

  now(): number {
    return this.#now
  }

  /** @throws {RangeError} for a time that is no number */
  after(ms: number, act: () => void): () => void {
    let at = this.#now
    if (ms > 0) {
      at += ms
      // A wait that is lost in rounding would come round for ever.
      if (at === this.#now) at += Math.max(at * Number.EPSILON, Number.MIN_VALUE)
    } else if (Number.isNaN(ms)) throw new RangeError('a timer needs a time')
    const timer: Timer = { at, order: this.#count++, act }
    this.#push(timer)
    return () => {
      if (timer.act === null) return
      timer.act = null
      this.#cancelled++
      if (this.#cancelled > MIN_CANCELLED && this.#cancelled * 2 > this.#heap.length) this.#clear()
    }
  }

  /**
   * Goes to the next moment and does what is due first; false where nothing is.
   * @throws {Error} after more steps than were allowed
   */
  step(): boolean {
    for (let timer = this.#pop(); timer; timer = this.#pop()) {
      const { act } = timer
      if (act === null) {
        this.#cancelled--
        continue
      }
      if (this.#steps === this.#maxSteps) throw new Error(`a simulation that is not over after ${this.#steps} steps`)
      this.#steps++
      this.#now = timer.at
      timer.act = null
      act()
      return true
    }
    return false
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let place = heap.length
    heap.push(timer)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above] as Timer
      if (isBefore(parent, timer)) break
      heap[place] = parent
      place = above
    }
    heap[place] = timer
  }

  #pop(): Timer | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (last && heap.length > 0) sink(heap, 0, last)
    return top
  }

  /** Clears cancelled timers away. What is left is made a heap from below (Floyd). */
  #clear(): void {
    const heap = this.#heap.filter(timer => timer.act !== null)
    for (let place = (heap.length >> 1) - 1; place >= 0; place--) sink(heap, place, heap[place] as Timer)
    this.#heap = heap
    this.#cancelled = 0
  }
}

/** Puts a timer where `place` is free, or below it. */
function sink(heap: Timer[], place: number, timer: Timer): void {
  const { length } = heap
  let free = place
  for (let child = 2 * free + 1; child < length; child = 2 * free + 1) {
    const right = child + 1
    if (right < length && isBefore(heap[right] as Timer, heap[child] as Timer)) child = right
    const below = heap[child] as Timer
    if (isBefore(timer, below)) break
    heap[free] = below
    free = child
  }
  heap[free] = timer
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
