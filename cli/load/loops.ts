/** What decides when the next request leaves: the plan alone, or the answers to those before. */

import type { Clock } from '../../server/lib/clock.ts'
import type { Outgoing } from '../policy/send.ts'
import type { Arm, CallsInFlight } from './calls-in-flight.ts'
import { Histogram } from './histogram.ts'
import type { Schedule } from './schedule.ts'

/** What a loop works with. */
export interface LoopOptions {
  readonly schedule: Schedule
  readonly arms: readonly Arm[]
  /** Asked for in turns: request k asks for code k modulo their number. */
  readonly codes: readonly string[]
  /** Request k has the key `seed-k`, in every arm. */
  readonly seed: string
  readonly clock: Clock
  /**
   * Connections of an arm. Where far more requests are in flight, an open loop holds the next batch back: it would wait for a
   * connection all the same, and fill the memory. A batch always leaves whole.
   */
  readonly connections: number
  readonly inFlight: CallsInFlight
  /** The clock's reading at the start of the run. */
  readonly startedAt: number
  /** Called when a request has ended. */
  readonly settled: () => void
}

export interface LoadLoop {
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
/** Requests of an arm that may wait for a connection, beyond which the next batch waits and counts as late: see `connections`. */
const MAX_WAITING = 2_000

/** Open loop: a request leaves at its planned time, whatever became of those before. */
export class OpenLoop implements LoadLoop {
  readonly lag = new Histogram()
  late = 0
  sent = 0
  readonly #options: LoopOptions
  readonly #maxInFlight: number
  #stopTimer = () => {}
  #stopped = false
  #paused = false
  /** The planned start of the batch that is leaving. */
  #leaving = 0
  /** An answer can come while its request is still being sent to the other arms: not all has left before they had it. */
  #sending = false
  readonly #settled = () => {
    if (this.#paused && this.#options.inFlight.count <= this.#maxInFlight / 2) this.#resume()
    this.#options.settled()
  }

  constructor(options: LoopOptions) {
    this.#options = options
    this.#maxInFlight = (options.connections + MAX_WAITING) * options.arms.length
  }

  get exhausted(): boolean {
    return !this.#sending && (this.#stopped || this.sent === this.#options.schedule.requests)
  }

  start(): void {
    this.#pump()
  }

  stop(): void {
    this.#stopped = true
    this.#stopTimer()
  }

  #pump(): void {
    this.#paused = false
    this.#sending = true
    this.#sendDue()
    this.#sending = false
    this.#options.settled()
  }

  /** Sends all that is due, then sleeps until the next planned start. */
  #sendDue(): void {
    const { schedule, clock, inFlight, startedAt } = this.#options
    while (this.sent < schedule.requests && !this.#stopped) {
      const planned = schedule.at(this.sent)
      const behind = clock.now() - startedAt - planned
      if (behind < 0) {
        this.#stopTimer = clock.after(-behind, () => this.#pump())
        return
      }
      if (planned > this.#leaving && inFlight.count >= this.#maxInFlight) {
        this.#paused = true
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
    const { arms, inFlight } = this.#options
    const request = requestOf(this.#options, index)
    for (let turn = 0; turn < arms.length; turn++) {
      const arm = arms[(index + turn) % arms.length]
      if (arm) inFlight.send(arm, request, planned, this.#settled)
    }
  }

  #resume(): void {
    this.#paused = false
    this.#stopTimer = this.#options.clock.after(0, () => this.#pump())
  }
}

interface ArmLoop {
  readonly arm: Arm
  next: number
  calls: number
  pumping: boolean
}

/** Requests in a row that were answered at once, after which the rest of the process has its turn. */
const MAX_AT_ONCE = 1_000

/** Closed loop: each arm has so many requests in flight, and an answer starts the next. Latency counts from the real start. */
export class ClosedLoop implements LoadLoop {
  readonly lag = new Histogram()
  readonly late = 0
  readonly #options: LoopOptions
  readonly #armLoops: ArmLoop[]
  #stopped = false

  constructor(options: LoopOptions) {
    this.#options = options
    this.#armLoops = options.arms.map(arm => ({ arm, next: 0, calls: 0, pumping: false }))
  }

  get sent(): number {
    return Math.max(0, ...this.#armLoops.map(armLoop => armLoop.next))
  }

  get exhausted(): boolean {
    return this.#stopped || this.#armLoops.every(armLoop => armLoop.next === this.#options.schedule.requests)
  }

  start(): void {
    for (const armLoop of this.#armLoops) this.#pump(armLoop)
    this.#options.settled()
  }

  stop(): void {
    this.#stopped = true
  }

  #pump(armLoop: ArmLoop): void {
    if (armLoop.pumping) return
    const { schedule, clock, inFlight, startedAt } = this.#options
    armLoop.pumping = true
    for (let turn = 0; !this.#stopped && armLoop.next < schedule.requests; turn++) {
      if (armLoop.calls >= schedule.concurrency) break
      if (turn === MAX_AT_ONCE) {
        clock.after(0, () => this.#pump(armLoop))
        break
      }
      armLoop.calls++
      const request = requestOf(this.#options, armLoop.next++)
      inFlight.send(armLoop.arm, request, clock.now() - startedAt, () => {
        armLoop.calls--
        this.#pump(armLoop)
        this.#options.settled()
      })
    }
    armLoop.pumping = false
  }
}

/** The key of request `index`, the same in every arm. */
export function keyOf(seed: string, index: number): string {
  return `${seed}-${index}`
}

function requestOf({ codes, seed }: LoopOptions, index: number): Outgoing {
  return { index, key: keyOf(seed, index), attempt: 0, code: codes[index % codes.length] ?? '' }
}
