/** Looks whether Redis is back: one look at a time, so often and no more, and only while somebody makes calls. */

import type { Clock } from '../../../server/lib/clock.ts'

export interface LookoutParts<Found> {
  readonly clock: Clock
  /** Milliseconds from the end of one look to the next. */
  readonly everyMs: number
  /** Looks, once; a rejection means that Redis is not back. */
  readonly look: () => Promise<Found>
  /** Hears what a look found. */
  readonly found: (what: Found) => void
}

export class Lookout<Found> {
  readonly #parts: LookoutParts<Found>
  #looking = false
  #next = 0

  constructor(parts: LookoutParts<Found>) {
    this.#parts = parts
  }

  /** The next look is due a whole interval from now. */
  rest(): void {
    this.#next = this.#parts.clock.now() + this.#parts.everyMs
  }

  /** Looks where a look is due. */
  glance(): void {
    const { clock, look, found } = this.#parts
    if (this.#looking || clock.now() < this.#next) return
    this.#looking = true
    look()
      .then(found)
      .catch(nothing)
      .finally(() => {
        this.#looking = false
        this.rest()
      })
  }

  /** Looks, due or not: there is reason to hope. */
  glanceNow(): void {
    this.#next = 0
    this.glance()
  }
}

function nothing(): void {}
