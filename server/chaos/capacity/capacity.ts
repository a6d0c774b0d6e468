/** Virtual workers and a queue before them: overload as it really goes, with one timer and no burnt processor time. */

import { type Clock, startTimer, stopTimer, type Ticket, type Timer } from '../../lib/clock.ts'
import { ms } from '../settings/quantity.ts'
import type { CapacitySettings } from '../settings/schema.ts'
import { CompletionHeap } from './completion-heap.ts'
import { type Admission, type CapacityRequest, QueueEntry, WaitQueue } from './wait-queue.ts'

interface Limits {
  readonly workers: number
  readonly serviceMs: number
  readonly queue: number
  readonly deadlineMs: number
  readonly newestFirst: boolean
  readonly drops: boolean
}

export class Capacity implements Timer {
  ticket: Ticket = null
  readonly #clock: Clock
  readonly #waitQueue = new WaitQueue()
  /** Work in progress by the time it ends. */
  readonly #inWork = new CompletionHeap()
  #limits: Limits
  /** When the timer fires; infinity while there is none. */
  #alarmAt = Number.POSITIVE_INFINITY

  constructor(clock: Clock, settings: CapacitySettings) {
    this.#clock = clock
    this.#limits = limits(settings)
  }

  /** Requests in work and in the queue, those of clients that left included while they still cost something. */
  get load(): { readonly busy: number; readonly queued: number } {
    return { busy: this.#inWork.size, queued: this.#waitQueue.size }
  }

  /** Other limits from now on; what is in work ends as planned. */
  configure(settings: CapacitySettings): void {
    const now = this.#clock.now()
    this.#settle(now)
    this.#limits = limits(settings)
    this.#fill(now)
    this.#arm()
  }

  /** Lets a request in, or returns null where the queue is full. Nothing of it is called before this returns. */
  enter(request: CapacityRequest, now: number): Admission | null {
    this.#settle(now)
    const { workers, queue, drops } = this.#limits
    const begins = this.#inWork.size < workers && this.#waitQueue.size === 0
    if (!begins && this.#waitQueue.size >= queue) return null
    const entry = new QueueEntry(request, now, drops ? this.#waitQueue : null)
    if (begins) this.#start(entry, now)
    else this.#waitQueue.push(entry)
    this.#arm()
    return entry
  }

  /** Ends everything now: whoever still waits is answered, and no timer is left. */
  release(): void {
    const entries = [...this.#inWork.clear(), ...this.#waitQueue.clear()]
    stopTimer(this.#clock, this)
    this.#alarmAt = Number.POSITIVE_INFINITY
    for (const entry of entries) finish(entry)
  }

  /** Brings the model up to `now`: ends what has ended, each successor beginning when its predecessor ended. */
  #settle(now: number): void {
    for (;;) {
      const endsAt = this.#inWork.nextEnd
      const shedAt = this.#shedAt()
      if (endsAt > now && shedAt > now) return
      if (shedAt < endsAt) {
        const late = this.#waitQueue.takeOldest()
        if (late?.waiting) late.request.refuse()
      } else {
        const done = this.#inWork.pop()
        this.#fill(endsAt)
        if (done) finish(done)
      }
    }
  }

  #fill(at: number): void {
    while (this.#inWork.size < this.#limits.workers) {
      const next = this.#limits.newestFirst ? this.#waitQueue.takeNewest() : this.#waitQueue.takeOldest()
      if (!next) return
      this.#start(next, at)
    }
  }

  #start(entry: QueueEntry, at: number): void {
    this.#inWork.push(entry, at + this.#limits.serviceMs)
  }

  /** When the oldest of the queue has waited too long. */
  #shedAt(): number {
    const { deadlineMs } = this.#limits
    const oldest = this.#waitQueue.oldest
    return oldest && deadlineMs !== Number.POSITIVE_INFINITY ? oldest.arrivedAt + deadlineMs : Number.POSITIVE_INFINITY
  }

  /** One timer, for whatever comes next. */
  #arm(): void {
    const at = Math.min(this.#inWork.nextEnd, this.#shedAt())
    if (this.#alarmAt <= at) return
    stopTimer(this.#clock, this)
    this.#alarmAt = at
    // Timers count whole milliseconds, and one that comes too early has to be set again.
    startTimer(this.#clock, Math.max(1, Math.ceil(at - this.#clock.now())), this)
  }

  /** Something has ended, or waited too long. */
  due(): void {
    this.#alarmAt = Number.POSITIVE_INFINITY
    this.#settle(this.#clock.now())
    this.#arm()
  }
}

function finish(entry: QueueEntry): void {
  if (entry.waiting) entry.request.run()
}

function limits(settings: CapacitySettings): Limits {
  return {
    workers: settings.workers,
    serviceMs: ms(settings.service) * settings.slow,
    queue: settings.queue,
    deadlineMs: settings.deadline === undefined ? Number.POSITIVE_INFINITY : ms(settings.deadline),
    newestFirst: settings.discipline === 'lifo',
    drops: settings.abandoned === 'drop',
  }
}
