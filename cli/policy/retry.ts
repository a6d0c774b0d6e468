/** The `retry` policy: tries a failed call again, later and later, at moments that differ from caller to caller. */

import { draw, streamSeed } from '../../server/chaos/decision/draw.ts'
import type { Clock } from '../../server/lib/clock.ts'
import { ABORTED, isPassing } from './answers.ts'
import type { RetryBudget } from './budget.ts'
import { count, duration } from './parameters.ts'
import type { Answer, Cancel, Outgoing, Policy, Send } from './send.ts'

/** The parameters of `retry(3)`. */
export const RETRY_PARAMETERS = {
  retries: count('further tries after the first', 3, 0, 20),
  base: duration('longest pause before the first further try; it doubles from try to try', 50, 1, 60_000),
  cap: duration('longest pause of all', 2_000, 1, 600_000),
  patience: duration('longest Retry-After that it waits for; asked for more, it gives up', 10_000, 0, 3_600_000),
} as const

export interface RetryOptions {
  readonly clock: Clock
  /** A number of [0, 1) for a request and its attempt. */
  readonly random: (request: Outgoing) => number
  /** Tries after the first, from 0. */
  readonly retries: number
  readonly baseMs: number
  readonly capMs: number
  readonly patienceMs: number
  readonly budget?: RetryBudget | null
}

/** A number of [0, 1) for a request and its attempt, from the run's seed; independent of the faults that the server draws from it. */
export function jitter(seed: string): (request: Outgoing) => number {
  const stream = streamSeed(`${seed}/jitter`, 'latency')
  return ({ key, attempt }) => draw(stream, key, attempt)
}

/**
 * Tries again what blames the upstream (5xx, 429, timeouts, broken connections); never a refusal, an abort or another 4xx.
 * The pause is the upstream's `Retry-After` plus random(0, min(cap, base x 2^attempt)), the "full jitter" of Marc Brooker,
 * Exponential Backoff And Jitter, AWS Architecture Blog 2015. A request that was called and then refused has failed: its
 * answer is that of the last call.
 */
export function retry(options: RetryOptions): Policy {
  return {
    name: 'retry',
    wrap: next => (request, done) => {
      options.budget?.called()
      const tries = new Tries(options, next, done)
      tries.send(request)
      return () => tries.cancel()
    },
  }
}

/** The tries of one request. */
class Tries {
  readonly #options: RetryOptions
  readonly #next: Send
  readonly #done: (answer: Answer) => void
  /** Ends what is in flight: a call, or the pause before the next. */
  #cancel: Cancel | null = null
  #failure: Answer | null = null
  #over = false

  constructor(options: RetryOptions, next: Send, done: (answer: Answer) => void) {
    this.#options = options
    this.#next = next
    this.#done = done
  }

  send(request: Outgoing): void {
    let answered = false
    this.#cancel = null
    const cancel = this.#next(request, answer => {
      answered = true
      this.#judge(request, answer)
    })
    if (answered) return
    if (this.#over) cancel()
    else this.#cancel = cancel
  }

  cancel(): void {
    if (this.#over) return
    this.#over = true
    this.#cancel?.()
    this.#done(ABORTED)
  }

  #judge(request: Outgoing, answer: Answer): void {
    if (this.#over) return
    const pause = this.#pause(request, answer)
    if (pause === null) {
      this.#over = true
      this.#done(answer.outcome === 'shortCircuited' && this.#failure !== null ? this.#failure : answer)
      return
    }
    this.#failure = answer
    const again = { ...request, attempt: request.attempt + 1 }
    this.#cancel = this.#options.clock.after(pause, () => this.send(again))
  }

  /** Milliseconds until the next try, null where there is none. */
  #pause(request: Outgoing, answer: Answer): number | null {
    const { retries, baseMs, capMs, patienceMs, random, budget } = this.#options
    if (request.attempt >= retries || !isPassing(answer) || answer.retryAfterMs > patienceMs) return null
    if (budget && !budget.spend()) return null
    return answer.retryAfterMs + random(request) * Math.min(capMs, baseMs * 2 ** request.attempt)
  }
}
