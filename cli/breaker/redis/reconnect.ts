/** Checks whether Redis is back: one check at a time, so often and no more, and only while somebody makes calls. */

import type { Clock } from '../../../server/lib/clock.ts'

export interface ReconnectParts<Found> {
  readonly clock: Clock
  /** Milliseconds from the end of one check to the next. */
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

  constructor(parts: ReconnectParts<Found>) {
    this.#parts = parts
  }

  /** The next check is due a whole interval from now. */
  rest(): void {
    this.#next = this.#parts.clock.now() + this.#parts.everyMs
  }

  /** Checks where a check is due. */
  checkIfDue(): void {
    const { clock, check, onFound } = this.#parts
    if (this.#checking || clock.now() < this.#next) return
    this.#checking = true
    check()
      .then(onFound)
      .catch(nothing)
      .finally(() => {
        this.#checking = false
        this.rest()
      })
  }

  /** Checks, due or not. */
  checkNow(): void {
    this.#next = 0
    this.checkIfDue()
  }
}

function nothing(): void {}
