/** A token bucket that refills without a timer, and remembers which clients were told to wait. */

import type { BucketAnswer } from './decision.ts'

export interface TokenBucketOptions {
  /** Tokens in each period. */
  readonly limit: number
  /** The period in milliseconds. */
  readonly perMs: number
  /** Tokens that a full bucket holds. */
  readonly burst: number
}

/** Clients that are remembered; the oldest is forgotten first. */
const CLIENTS = 1_000
const ALMOST = 1e-9

export class TokenBucket {
  readonly #options: TokenBucketOptions
  readonly #quota: Pick<BucketAnswer, 'limit' | 'periodS'>
  readonly #notBefore = new Map<string, number>()
  /** What the bucket remembers of which this is a copy. */
  #notBeforeThere: ReadonlyMap<string, number> | null = null
  #tokens: number
  #at = Number.NEGATIVE_INFINITY

  constructor(options: TokenBucketOptions) {
    this.#options = options
    this.#tokens = options.burst
    this.#quota = inWholeSeconds(options)
  }

  /** Takes a token for `client` at `now` (milliseconds), if there is one. */
  take(client: string, now: number): BucketAnswer {
    const { limit, perMs, burst } = this.#options
    const perToken = perMs / limit
    if (now > this.#at) {
      if (this.#at !== Number.NEGATIVE_INFINITY)
        this.#tokens = Math.min(burst, this.#tokens + (now - this.#at) / perToken)
      this.#at = now
    }
    const notBefore = this.#notBefore.get(client) ?? this.#notBeforeThere?.get(client)
    const impolite = notBefore !== undefined && now < notBefore
    // A refill adds fractions of a token; what is a rounding error short of a whole one is whole.
    const taken = this.#tokens > 1 - ALMOST
    if (taken) this.#tokens = Math.max(0, this.#tokens - 1)
    const remaining = Math.floor(this.#tokens + ALMOST)
    const waitMs = remaining > 0 ? 0 : (1 - this.#tokens) * perToken
    if (!taken && !impolite) this.#tell(client, now + waitMs)
    return { taken, remaining, waitMs, ...this.#quota, impolite }
  }

  /** A bucket in the same state, whose use leaves this one as it is; to be used before this one is used again. */
  copy(): TokenBucket {
    const copy = new TokenBucket(this.#options)
    copy.#tokens = this.#tokens
    copy.#at = this.#at
    copy.#notBeforeThere = this.#notBefore
    return copy
  }

  #tell(client: string, until: number): void {
    this.#notBefore.delete(client)
    if (this.#notBefore.size >= CLIENTS) {
      const oldest = this.#notBefore.keys().next()
      if (!oldest.done) this.#notBefore.delete(oldest.value)
    }
    this.#notBefore.set(client, until)
  }
}

/** The same rate over the least whole seconds in which it is a whole number of requests. */
function inWholeSeconds({ limit, perMs }: TokenBucketOptions): Pick<BucketAnswer, 'limit' | 'periodS'> {
  for (let periodS = Math.ceil(perMs / 1_000); periodS <= MAX_PERIOD_S; periodS += 1) {
    const requests = (limit * periodS * 1_000) / perMs
    if (Number.isInteger(requests)) return { limit: requests, periodS }
  }
  const periodS = Math.ceil(perMs / 1_000)
  return { limit: Math.floor((limit * periodS * 1_000) / perMs), periodS }
}

/** Beyond it a rate is rounded down. */
const MAX_PERIOD_S = 3_600
