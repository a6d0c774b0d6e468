/** Virtual time: a clock that stands still until it is told to go to the next moment at which something is due. */

import type { Clock, Ticket, Timer } from '../../server/lib/clock.ts'
import { DelayLane } from './delay-lane.ts'

/** A timer that calls a function. */
class Call implements Timer {
  ticket: Ticket = null
  readonly due: () => void

  constructor(act: () => void) {
    this.due = act
  }
}

/** Cancelled timers that may lie in the heap before they are cleared away, and then only where they are the most of it. */
const MIN_CANCELLED = 64

/** Stands where a timer was. */
const GONE: Timer = { ticket: null, due() {} }

/** Timers for which there is room at first. */
const ROOM = 256

/** Delays that have lanes. More would take longer to look through than they save. */
const MAX_LANES = 4
/** So many of the last delays without a lane are remembered: one of them that comes again gets a lane. */
const REMEMBERED = 4

/**
 * Timers by their moment and then by the order in which they were set: those of a delay that comes again and again in a lane
 * of its own, the others in a binary heap. Cancelled ones stay until they are the larger half, so that cancelling costs nothing
 * and what waits stays small. Moments and orders lie in arrays of their own: a number that is a member of an object has to be
 * looked up twice.
 */
export class VirtualClock implements Clock {
  #now = 0
  /** Of all timers, cancelled ones included. */
  #all = 0
  readonly #lanes: DelayLane[] = []
  readonly #delays = new Float64Array(REMEMBERED).fill(Number.NaN)
  #missed = 0
  /** Of the heap. */
  #size = 0
  #at = new Float64Array(ROOM)
  #order = new Float64Array(ROOM)
  #timers: Timer[] = []
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
    return this.#all - this.#cancelled
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
    const timer = new Call(act)
    this.start(ms, timer)
    return () => this.stop(timer)
  }

  /** @throws {RangeError} for a time that is no number */
  start(ms: number, timer: Timer): void {
    const at = this.#moment(ms)
    const order = this.#count++
    timer.ticket = order
    this.#all++
    for (const lane of this.#lanes) {
      if (lane.delayMs === ms) {
        lane.push(at, order, timer)
        return
      }
    }
    this.#remember(ms)
    this.#push(at, order, timer)
  }

  stop(timer: Timer): void {
    if (timer.ticket === null) return
    timer.ticket = null
    this.#cancelled++
    if (this.#cancelled > MIN_CANCELLED && this.#cancelled * 2 > this.#all) this.#clear()
  }

  /**
   * Goes to the next moment and does what is due first; false where nothing is.
   * @throws {Error} after more steps than were allowed
   */
  step(): boolean {
    while (this.#all > 0) {
      let at = this.#size > 0 ? (this.#at[0] as number) : Number.POSITIVE_INFINITY
      let order = this.#order[0] as number
      let from: DelayLane | null = null
      for (const lane of this.#lanes) {
        const { firstAt } = lane
        if (firstAt < at || (firstAt === at && lane.firstOrder < order)) {
          at = firstAt
          order = lane.firstOrder
          from = lane
        }
      }
      const timer = from === null ? this.#pop() : from.shift()
      this.#all--
      if (timer.ticket !== order) {
        this.#cancelled--
        continue
      }
      if (this.#steps === this.#maxSteps) throw new Error(`a simulation that is not over after ${this.#steps} steps`)
      this.#steps++
      this.#now = at
      timer.ticket = null
      timer.due()
      return true
    }
    return false
  }

  #moment(ms: number): number {
    const now = this.#now
    if (ms > 0) {
      const at = now + ms
      // A wait that is lost in rounding would come round for ever.
      return at > now ? at : now + Math.max(now * Number.EPSILON, Number.MIN_VALUE)
    }
    if (Number.isNaN(ms)) throw new RangeError('a timer needs a time')
    return now
  }

  /** A delay that was remembered has a lane from now on, as long as there are not too many. */
  #remember(ms: number): void {
    if (this.#lanes.length === MAX_LANES) return
    if (this.#delays.includes(ms)) this.#lanes.push(new DelayLane(ms))
    else this.#delays[this.#missed++ % REMEMBERED] = ms
  }

  #push(at: number, order: number, timer: Timer): void {
    if (this.#size === this.#at.length) this.#grow()
    const moments = this.#at
    const orders = this.#order
    const timers = this.#timers
    let place = this.#size++
    // What is new has the highest order: it goes before what is later alone.
    while (place > 0) {
      const above = (place - 1) >> 1
      const parentAt = moments[above] as number
      if (parentAt <= at) break
      moments[place] = parentAt
      orders[place] = orders[above] as number
      timers[place] = timers[above] as Timer
      place = above
    }
    moments[place] = at
    orders[place] = order
    timers[place] = timer
  }

  /** Takes the first of the heap away. */
  #pop(): Timer {
    const first = this.#timers[0] as Timer
    const last = --this.#size
    const timer = this.#timers[last] as Timer
    if (last > 0) this.#sink(0, this.#at[last] as number, this.#order[last] as number, timer)
    this.#timers[last] = GONE
    return first
  }

  /** Puts a timer where `place` is free, or below it. */
  #sink(place: number, at: number, order: number, timer: Timer): void {
    const moments = this.#at
    const orders = this.#order
    const timers = this.#timers
    const size = this.#size
    let free = place
    for (let child = 2 * free + 1; child < size; child = 2 * free + 1) {
      let childAt = moments[child] as number
      const right = child + 1
      if (right < size) {
        const rightAt = moments[right] as number
        if (rightAt < childAt || (rightAt === childAt && (orders[right] as number) < (orders[child] as number))) {
          child = right
          childAt = rightAt
        }
      }
      if (at < childAt || (at === childAt && order < (orders[child] as number))) break
      moments[free] = childAt
      orders[free] = orders[child] as number
      timers[free] = timers[child] as Timer
      free = child
    }
    moments[free] = at
    orders[free] = order
    timers[free] = timer
  }

  /** Clears cancelled timers away. What is left is made a heap from below (Floyd). */
  #clear(): void {
    const moments = this.#at
    const orders = this.#order
    const timers = this.#timers
    let left = 0
    for (let place = 0; place < this.#size; place++) {
      const timer = timers[place] as Timer
      if (timer.ticket !== orders[place]) continue
      moments[left] = moments[place] as number
      orders[left] = orders[place] as number
      timers[left++] = timer
    }
    this.#size = left
    this.#all = this.#lanes.reduce((sum, lane) => sum + lane.clear(), left)
    this.#cancelled = 0
    timers.fill(GONE, left)
    for (let place = (left >> 1) - 1; place >= 0; place--) {
      this.#sink(place, moments[place] as number, orders[place] as number, timers[place] as Timer)
    }
  }

  #grow(): void {
    const [moments, orders] = [this.#at, this.#order]
    this.#at = new Float64Array(moments.length * 2)
    this.#order = new Float64Array(moments.length * 2)
    this.#at.set(moments)
    this.#order.set(orders)
  }
}
