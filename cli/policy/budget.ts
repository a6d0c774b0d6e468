/** The `budget` of `retry`: lets retries be a share of the calls at most, so that a failing upstream is not buried by them. */

import { count, percent } from './parameters.ts'

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

  /** `share` in percent, above 0 and up to 100; `reserve` in retries, at least 1. */
  constructor(share: number, reserve: number) {
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
