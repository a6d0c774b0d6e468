/** What decides when the next request leaves: the plan alone, or the answers to those before. */

import type { Clock } from '../../server/lib/clock.ts'
import type { Outgoing } from '../policy/send.ts'
import type { Arm, Flights } from './calls-in-flight.ts'
import { Histogram } from './histogram.ts'
import type { Schedule } from './schedule.ts'

/** What a feed works with. */
export interface FeedParts {
  readonly schedule: Schedule
  readonly arms: readonly Arm[]
  /** Asked for in turns: request k asks for code k modulo their number. */
  readonly codes: readonly string[]
  /** Request k has the key `seed-k`, in every arm. */
  readonly seed: string
  readonly clock: Clock
  /**
   * Connections of an arm. Where far more requests are under way, an open loop holds the next batch back: it would wait for a
   * connection all the same, and fill the memory. A batch always leaves whole.
   */
  readonly room: number
  readonly flights: Flights
  /** The clock's reading at the start of the run. */
  readonly startedAt: number
  /** Called when a request has ended. */
  readonly landed: () => void
}

export interface Feed {
  start(): void
  /** Sends nothing more. */
  stop(): void
  /** Requests that left, the same number in every arm but for a closed loop that was interrupted. */
  readonly sent: number
  /** Whether all that will ever leave has left. */
  readonly exhausted: boolean
  readonly late: number
  readonly lag: Histogram
}

const LATE_MS = 10
/** Requests of an arm that may wait for a connection, beyond which the next batch waits and counts as late: see `room`. */
const MAX_WAITING = 2_000

/** Open loop: a request leaves at its planned time, whatever became of those before. */
export class OpenFeed implements Feed {
  readonly lag = new Histogram()
  late = 0
  sent = 0
  readonly #parts: FeedParts
  readonly #most: number
  #stopTimer = () => {}
  #stopped = false
  #held = false
  /** The planned start of the batch that is leaving. */
  #leaving = 0
  /** An answer can come while its request is still being sent to the other arms: not all has left before they had it. */
  #sending = false
  readonly #landed = () => {
    if (this.#held && this.#parts.flights.count <= this.#most / 2) this.#resume()
    this.#parts.landed()
  }

  constructor(parts: FeedParts) {
    this.#parts = parts
    this.#most = (parts.room + MAX_WAITING) * parts.arms.length
  }

  get exhausted(): boolean {
    return !this.#sending && (this.#stopped || this.sent === this.#parts.schedule.requests)
  }

  start(): void {
    this.#pump()
  }

  stop(): void {
    this.#stopped = true
    this.#stopTimer()
  }

  #pump(): void {
    this.#held = false
    this.#sending = true
    this.#sendDue()
    this.#sending = false
    this.#parts.landed()
  }

  /** Sends all that is due, then sleeps until the next planned start. */
  #sendDue(): void {
    const { schedule, clock, flights, startedAt } = this.#parts
    while (this.sent < schedule.requests && !this.#stopped) {
      const planned = schedule.at(this.sent)
      const behind = clock.now() - startedAt - planned
      if (behind < 0) {
        this.#stopTimer = clock.after(-behind, () => this.#pump())
        return
      }
      if (planned > this.#leaving && flights.count >= this.#most) {
        this.#held = true
        return
      }
      this.#leaving = planned
      this.lag.record(behind)
      if (behind > LATE_MS) this.late++
      this.#sendAll(this.sent++, planned)
    }
  }

  /** Arms take turns at going first, so that none is always a step ahead. */
  #sendAll(index: number, planned: number): void {
    const { arms, flights } = this.#parts
    const request = requestOf(this.#parts, index)
    for (let turn = 0; turn < arms.length; turn++) {
      const arm = arms[(index + turn) % arms.length]
      if (arm) flights.launch(arm, request, planned, this.#landed)
    }
  }

  #resume(): void {
    this.#held = false
    queueMicrotask(() => this.#pump())
  }
}

interface Lane {
  readonly arm: Arm
  next: number
  underWay: number
  pumping: boolean
}

/** Requests in a row that were answered at once, after which the rest of the process has its turn. */
const MAX_AT_ONCE = 1_000

/** Closed loop: each arm has so many requests under way, and an answer starts the next. Latency counts from the real start. */
export class ClosedFeed implements Feed {
  readonly lag = new Histogram()
  readonly late = 0
  readonly #parts: FeedParts
  readonly #lanes: Lane[]
  #stopped = false

  constructor(parts: FeedParts) {
    this.#parts = parts
    this.#lanes = parts.arms.map(arm => ({ arm, next: 0, underWay: 0, pumping: false }))
  }

  get sent(): number {
    return Math.max(0, ...this.#lanes.map(lane => lane.next))
  }

  get exhausted(): boolean {
    return this.#stopped || this.#lanes.every(lane => lane.next === this.#parts.schedule.requests)
  }

  start(): void {
    for (const lane of this.#lanes) this.#pump(lane)
    this.#parts.landed()
  }

  stop(): void {
    this.#stopped = true
  }

  #pump(lane: Lane): void {
    if (lane.pumping) return
    const { schedule, clock, flights, startedAt } = this.#parts
    lane.pumping = true
    for (let turn = 0; !this.#stopped && lane.next < schedule.requests; turn++) {
      if (lane.underWay >= schedule.concurrency) break
      if (turn === MAX_AT_ONCE) {
        clock.after(0, () => this.#pump(lane))
        break
      }
      lane.underWay++
      const request = requestOf(this.#parts, lane.next++)
      flights.launch(lane.arm, request, clock.now() - startedAt, () => {
        lane.underWay--
        this.#pump(lane)
        this.#parts.landed()
      })
    }
    lane.pumping = false
  }
}

function requestOf({ codes, seed }: FeedParts, index: number): Outgoing {
  return { index, key: `${seed}-${index}`, attempt: 0, code: codes[index % codes.length] ?? '' }
}
