/** Checks whether Redis is back: one check at a time, so often and no more, and only while somebody makes calls. */

import type { Clock } from '../../../server/lib/clock.ts'

/** What a check found has lasted when no call failed for so long. */
const STEADY_MS = 10_000
/** By which factor checks become rarer each time that it has not, up to one in so many milliseconds. */
const SLOWER = 4
const MAX_EVERY_MS = 30_000

export interface ReconnectParts<Found> {
  readonly clock: Clock
  /** Milliseconds from the end of one check to the next, where what the last one found has lasted. */
  readonly everyMs: number
  /** Checks, once; a rejection means that Redis is not back. */
  readonly check: () => Promise<Found>
  /** Called with what a check found. */
  readonly onFound: (what: Found) => void
}

export class Reconnect<Found> {
  readonly #parts: ReconnectParts<Found>
  #checking = false
  #next = 0
  #everyMs: number
  #foundAt = Number.NEGATIVE_INFINITY

  constructor(parts: ReconnectParts<Found>) {
    this.#parts = parts
    this.#everyMs = parts.everyMs
  }

  /** Redis is away, again or for the first time. Where a check is answered in time and calls are not, checks become rare. */
  lost(): void {
    const { clock, everyMs } = this.#parts
    const lasted = clock.now() - this.#foundAt >= STEADY_MS
    this.#everyMs = lasted ? everyMs : Math.min(MAX_EVERY_MS, this.#everyMs * SLOWER)
    this.#rest()
  }

  /** Checks at once, unless what a check found has just failed to last. */
  checkSoon(): void {
    if (this.#everyMs === this.#parts.everyMs) this.checkNow()
  }

  /** The next check is due a whole interval from now. */
  #rest(): void {
    this.#next = this.#parts.clock.now() + this.#everyMs
  }

  /** Checks where a check is due. */
  checkIfDue(): void {
    const { clock, check, onFound } = this.#parts
    if (this.#checking || clock.now() < this.#next) return
    this.#checking = true
    check()
      .then(found => {
        this.#foundAt = clock.now()
        onFound(found)
      })
      .catch(nothing)
      .finally(() => {
        this.#checking = false
        this.#rest()
      })
  }

  /** Checks, due or not. */
  checkNow(): void {
    this.#next = 0
    this.checkIfDue()
  }
}

function nothing(): void {}
