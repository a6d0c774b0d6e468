/** Plays one schedule through several arms at once, on one clock, and never waits for an answer before it sends. */

import type { Clock } from '../../server/clock.ts'
import type { Cancel, Outgoing, Send } from '../policy/send.ts'
import { Histogram } from './histogram.ts'
import type { Recorder } from './recorder.ts'
import type { Schedule } from './schedule.ts'

/** One side of a comparison. */
export interface Arm {
  readonly send: Send
  readonly recorder: Recorder
}

export interface Performance {
  readonly schedule: Schedule
  readonly arms: readonly Arm[]
  /** Asked for in turns: request k asks for code k modulo their number. */
  readonly codes: readonly string[]
  /** Request k has the key `seed-k`, in every arm. */
  readonly seed: string
  readonly clock: Clock
  /** Ends the run early: nothing more is sent, and what is under way is given up. */
  readonly signal?: AbortSignal | undefined
  /** Called four times a second with the share that has ended, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/** How the generator itself did. */
export interface Played {
  readonly interrupted: boolean
  /** Requests that left, the same number in every arm. */
  readonly sent: number
  /** From the first planned start to the last answer, in milliseconds. */
  readonly durationMs: number
  /** Requests that left more than 10 ms after their planned start. */
  readonly late: number
  readonly lagMs: { readonly p99: number; readonly max: number }
}

const LATE_MS = 10
const PROGRESS_MS = 250
/** Requests under way in one arm. Beyond it the plan waits: they would fill the memory, and count as late. */
const MOST_UNDER_WAY = 20_000

/** Resolves when the last answer is in. Never rejects for what the upstream does. */
export function play(performance: Performance): Promise<Played> {
  return new Promise(resolve => new Player(performance, resolve).start())
}

class Player {
  readonly #performance: Performance
  readonly #finish: (played: Played) => void
  readonly #lag = new Histogram()
  /** What gives up each request under way; `#free` lists the places that are vacant. */
  readonly #cancels: (Cancel | null)[] = []
  readonly #free: number[] = []
  #startedAt = 0
  #next = 0
  #underWay = 0
  #late = 0
  #held = false
  /** An answer can come while its arm is still being sent to: the run is not over before all arms had the request. */
  #sending = false
  #interrupted = false
  #stopTimer = () => {}
  #stopProgress = () => {}
  readonly #interrupt = () => this.#giveUp()

  constructor(performance: Performance, finish: (played: Played) => void) {
    this.#performance = performance
    this.#finish = finish
  }

  start(): void {
    const { clock, arms, signal } = this.#performance
    this.#startedAt = clock.now()
    for (const arm of arms) arm.recorder.startAt(this.#startedAt)
    if (signal?.aborted) {
      this.#giveUp()
      return
    }
    signal?.addEventListener('abort', this.#interrupt, { once: true })
    this.#tick()
    this.#pump()
  }

  /** Sends all that is due, then sleeps until the next planned start. */
  #pump(): void {
    this.#held = false
    this.#sending = true
    this.#sendDue()
    this.#sending = false
    this.#endIfDone()
  }

  #sendDue(): void {
    const { schedule, clock, arms } = this.#performance
    while (this.#next < schedule.requests && !this.#interrupted) {
      const planned = schedule.at(this.#next)
      const behind = clock.now() - this.#startedAt - planned
      if (behind < 0) {
        this.#stopTimer = clock.after(-behind, () => this.#pump())
        return
      }
      if (this.#underWay >= MOST_UNDER_WAY * arms.length) {
        this.#held = true
        return
      }
      this.#lag.record(behind)
      if (behind > LATE_MS) this.#late++
      this.#sendAll(this.#next++, planned)
    }
  }

  /** Arms take turns at going first, so that none is always a step ahead. */
  #sendAll(index: number, planned: number): void {
    const { arms, codes, seed } = this.#performance
    const code = codes[index % codes.length] ?? ''
    const request: Outgoing = { index, key: `${seed}-${index}`, attempt: 0, code }
    for (let turn = 0; turn < arms.length; turn++) {
      const arm = arms[(index + turn) % arms.length]
      if (arm) this.#send(arm, request, planned)
    }
  }

  #send({ send, recorder }: Arm, request: Outgoing, planned: number): void {
    const place = this.#free.pop() ?? this.#cancels.push(null) - 1
    let over = false
    this.#underWay++
    const cancel = send(request, answer => {
      if (over) return
      over = true
      recorder.settle(request.index, planned, answer)
      this.#cancels[place] = null
      this.#free.push(place)
      this.#underWay--
      if (this.#held) this.#resume()
      else this.#endIfDone()
    })
    if (!over) this.#cancels[place] = cancel
  }

  #resume(): void {
    this.#held = false
    queueMicrotask(() => this.#pump())
  }

  #endIfDone(): void {
    if (this.#underWay > 0 || this.#sending) return
    if (this.#interrupted || this.#next === this.#performance.schedule.requests) this.#end()
  }

  #giveUp(): void {
    if (this.#interrupted) return
    this.#interrupted = true
    this.#held = false
    this.#stopTimer()
    for (const cancel of [...this.#cancels]) cancel?.()
    this.#endIfDone()
  }

  #tick(): void {
    const { clock, arms, schedule, onProgress } = this.#performance
    if (!onProgress) return
    this.#stopProgress = clock.after(PROGRESS_MS, () => {
      const settled = arms.reduce((sum, arm) => sum + arm.recorder.settled, 0)
      onProgress(settled / Math.max(1, schedule.requests * arms.length))
      this.#tick()
    })
  }

  #end(): void {
    const { clock, signal } = this.#performance
    this.#stopTimer()
    this.#stopProgress()
    signal?.removeEventListener('abort', this.#interrupt)
    this.#finish({
      interrupted: this.#interrupted,
      sent: this.#next,
      durationMs: clock.now() - this.#startedAt,
      late: this.#late,
      lagMs: { p99: this.#lag.quantile(0.99) ?? 0, max: this.#lag.summary().max ?? 0 },
    })
  }
}
