/** The `reschedule` policy: refused requests wait, and are tried again once the circuit has closed. */

import type { Clock } from '../../server/lib/clock.ts'
import { ABORTED } from './answers.ts'
import { count, duration, type Values } from './parameters.ts'
import { type Answer, type Cancel, type Observed, type Outgoing, onState, type Policy, type Send } from './send.ts'

/** The parameters of `reschedule(10s)`. */
export const RESCHEDULE_PARAMETERS = {
  wait: duration('how long a refused request waits for the circuit', 10_000, 1, 3_600_000),
  queue: count('refused requests that may wait; the rest stay refused', 1_000, 1, 1_000_000),
  'at-once': count('of these tried at the same time once the circuit has closed', 10, 1, 10_000),
} as const

/** Asking an open circuit again sooner than this is never worth it, in milliseconds. */
const MIN_PAUSE_MS = 25

export interface RescheduleOptions extends Values<typeof RESCHEDULE_PARAMETERS> {
  readonly clock: Clock
  readonly circuit: Observed
}

/**
 * Holds refused requests back in order of arrival and sends them again, so many at once, when the circuit has closed.
 * When the circuit could let a probe pass one of them goes ahead, so that nobody waits for traffic that does not come.
 * A request that has waited `wait` in all, or finds no room, gets its refusal.
 */
export function reschedule(options: RescheduleOptions): { readonly wrap: Policy; close(): void } {
  const queues: RetryQueue[] = []
  const stop = onState(options.circuit, state => {
    if (state === 'closed') for (const queue of queues) queue.wakeIn(0)
  })
  return {
    wrap(next) {
      const queue = new RetryQueue(options, next)
      queues.push(queue)
      return (request, done) => {
        const held = new HeldRequest(queue, request, done)
        held.send()
        return () => held.cancel()
      }
    },
    close() {
      stop()
      for (const queue of queues) queue.close()
    },
  }
}

/** The requests that wait for one circuit. */
class RetryQueue {
  readonly options: RescheduleOptions
  readonly next: Send
  readonly #waiting = new Set<HeldRequest>()
  #trying = 0
  #refused = false
  #releasing = false
  #timer: { readonly at: number; readonly cancel: () => void } | null = null

  constructor(options: RescheduleOptions, next: Send) {
    this.options = options
    this.next = next
  }

  /** Whether `held` found room; it is then sent again, or given up when its time has run out. */
  enter(held: HeldRequest, retryAfterMs: number): boolean {
    if (this.#waiting.size >= this.options.queue) return false
    this.#waiting.add(held)
    if (retryAfterMs !== Number.POSITIVE_INFINITY) this.wakeIn(Math.max(MIN_PAUSE_MS, retryAfterMs))
    return true
  }

  leave(held: HeldRequest): boolean {
    if (!this.#waiting.delete(held)) return false
    if (this.#waiting.size === 0) this.#cancelTimer()
    return true
  }

  /** A request that was sent again came back; after a refusal the others wait on. */
  returned(refused: boolean): void {
    this.#trying--
    this.#refused = refused
    if (!refused) this.#release()
  }

  wakeIn(ms: number): void {
    const { clock } = this.options
    const at = clock.now() + ms
    if (this.#waiting.size === 0 || (this.#timer && this.#timer.at <= at)) return
    this.#cancelTimer()
    const cancel = clock.after(ms, () => {
      this.#timer = null
      this.#release()
    })
    this.#timer = { at, cancel }
  }

  close(): void {
    this.#cancelTimer()
    for (const held of this.#waiting) held.giveUp()
  }

  #release(): void {
    if (this.#releasing) return
    this.#releasing = true
    this.#refused = false
    for (const held of this.#waiting) {
      const limit = this.options.circuit.state() === 'closed' ? this.options['at-once'] : 1
      if (this.#refused || this.#trying >= limit) break
      this.leave(held)
      this.#trying++
      held.sendAgain()
    }
    this.#releasing = false
  }

  #cancelTimer(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}

/** One request, on its way or waiting. */
class HeldRequest {
  readonly #queue: RetryQueue
  readonly #request: Outgoing
  readonly #done: (answer: Answer) => void
  #cancel: Cancel | null = null
  #stopTimer: (() => void) | null = null
  #refusal: Answer | null = null
  #expiresAt: number | null = null
  #again = false
  #over = false

  constructor(queue: RetryQueue, request: Outgoing, done: (answer: Answer) => void) {
    this.#queue = queue
    this.#request = request
    this.#done = done
  }

  send(): void {
    let answered = false
    this.#cancel = null
    const cancel = this.#queue.next(this.#request, answer => {
      answered = true
      this.#judge(answer)
    })
    if (answered) return
    if (this.#over) cancel()
    else this.#cancel = cancel
  }

  sendAgain(): void {
    this.#stopTimer?.()
    this.#again = true
    this.send()
  }

  cancel(): void {
    if (this.#over) return
    this.#over = true
    this.#stopTimer?.()
    this.#queue.leave(this)
    this.#cancel?.()
    this.#done(ABORTED)
  }

  /** Its time has run out, or the queue closes: it stays refused. */
  giveUp(): void {
    this.#stopTimer?.()
    this.#queue.leave(this)
    if (this.#refusal) this.#end(this.#refusal)
  }

  #judge(answer: Answer): void {
    const refused = answer.outcome === 'shortCircuited' && answer.failure === null
    const again = this.#again
    this.#again = false
    if (!this.#over && !(refused && this.#wait(answer))) this.#end(answer)
    if (again) this.#queue.returned(refused)
  }

  #wait(refusal: Answer): boolean {
    const { clock, wait } = this.#queue.options
    const now = clock.now()
    this.#expiresAt ??= now + wait
    const left = this.#expiresAt - now
    if (left <= 0 || !this.#queue.enter(this, refusal.retryAfterMs)) return false
    this.#refusal = refusal
    this.#stopTimer = clock.after(left, () => this.giveUp())
    return true
  }

  #end(answer: Answer): void {
    if (this.#over) return
    this.#over = true
    this.#done(answer)
  }
}
