/** The `retry` policy: tries a failed call again, later and later, at moments that differ from caller to caller. */

import { draw, streamSeed } from '../../server/chaos/decision/draw.ts'
import { type Clock, startTimer, stopTimer, type Ticket, type Timer } from '../../server/lib/clock.ts'
import { ABORTED, isPassing } from './answers.ts'
import { count, duration, percent, type Values } from './parameters.ts'
import type { Answer, Cancel, Outgoing, Policy, Send } from './send.ts'

/** The parameters of `retry(3)`. */
export const RETRY_PARAMETERS = {
  retries: count('further tries after the first', 3, 0, 20),
  base: duration('longest pause before the first further try; it doubles from try to try', 50, 1, 60_000),
  cap: duration('longest pause of all', 2_000, 1, 600_000),
  patience: duration('longest Retry-After that it waits for; asked for more, it gives up', 10_000, 0, 3_600_000),
} as const

/** The parameters of `budget(20%)`. */
export const BUDGET_PARAMETERS = {
  share: percent('retries for each hundred requests, in the long run', 20),
  reserve: count('retries that a quiet spell saves up, and that are there at the start', 10, 1, 100_000),
} as const

/**
 * A token bucket: each request pours in `share` percent of a token, each retry takes a whole one, and no more than
 * `reserve` are kept. So among any n requests there are at most `reserve + n x share / 100` retries. After Finagle's RetryBudget
 * (a share of requests, with a reserve) with the bound of gRPC's retry throttling (proposal A6) in place of its expiry by time.
 */
export class RetryBudget {
  readonly #share: number
  readonly #full: number
  /** Hundredths of a token, so that whole percentages add up exactly. */
  #balance: number

  constructor({ share, reserve }: Values<typeof BUDGET_PARAMETERS>) {
    this.#share = share
    this.#full = reserve * 100
    this.#balance = this.#full
  }

  /** Counts a request's first try. */
  called(): void {
    this.#balance = Math.min(this.#full, this.#balance + this.#share)
  }

  /** Takes a retry out of the budget; false where it is spent. */
  spend(): boolean {
    if (this.#balance < 100) return false
    this.#balance -= 100
    return true
  }
}

export interface RetryOptions extends Values<typeof RETRY_PARAMETERS> {
  readonly clock: Clock
  /** A number of [0, 1) for a request and its attempt. */
  readonly random: (request: Outgoing) => number
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
  return next => (request, done) => {
    options.budget?.called()
    const tries = new Tries(options, next, request, done)
    tries.send()
    return () => tries.cancel()
  }
}

/** The tries of one request, and the pauses between them. */
class Tries implements Timer {
  ticket: Ticket = null
  readonly #options: RetryOptions
  readonly #next: Send
  readonly #done: (answer: Answer) => void
  /** The next try, or the one that is in flight. */
  #request: Outgoing
  /** Gives up the call in flight. */
  #cancelCall: Cancel | null = null
  #isAnswered = false
  #failure: Answer | null = null
  #over = false
  readonly #judge = (answer: Answer): void => this.#judged(answer)

  constructor(options: RetryOptions, next: Send, request: Outgoing, done: (answer: Answer) => void) {
    this.#options = options
    this.#next = next
    this.#request = request
    this.#done = done
  }

  send(): void {
    this.#isAnswered = false
    this.#cancelCall = null
    const cancel = this.#next(this.#request, this.#judge)
    if (this.#isAnswered) return
    if (this.#over) cancel()
    else this.#cancelCall = cancel
  }

  due(): void {
    this.send()
  }

  cancel(): void {
    if (this.#over) return
    this.#over = true
    stopTimer(this.#options.clock, this)
    this.#cancelCall?.()
    this.#done(ABORTED)
  }

  #judged(answer: Answer): void {
    this.#isAnswered = true
    this.#cancelCall = null
    if (this.#over) return
    const pause = this.#pause(answer)
    if (pause === null) {
      this.#over = true
      this.#done(answer.outcome === 'shortCircuited' && this.#failure !== null ? this.#failure : answer)
      return
    }
    this.#failure = answer
    const { index, key, attempt, code } = this.#request
    this.#request = { index, key, attempt: attempt + 1, code }
    startTimer(this.#options.clock, pause, this)
  }

  /** Milliseconds until the next try, null where there is none. */
  #pause(answer: Answer): number | null {
    const { retries, base, cap, patience, random, budget } = this.#options
    const { attempt } = this.#request
    if (attempt >= retries || !isPassing(answer) || answer.retryAfterMs > patience) return null
    if (budget && !budget.spend()) return null
    return answer.retryAfterMs + random(this.#request) * Math.min(cap, base * 2 ** attempt)
  }
}
