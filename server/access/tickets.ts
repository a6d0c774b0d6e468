/** One-time tickets for clients that can set no header, such as EventSource: a token in a URL would end in a log. */

import type { Clock } from '../lib/clock.ts'
import { nameOf } from './token.ts'

/** A ticket is good for so long, in milliseconds. */
export const TICKET_MS = 30_000
/** Tickets that are out at once; the oldest makes room. */
const MOST = 256

export class Tickets {
  readonly #clock: Clock
  readonly #draw: () => string
  /** When each was given out, the oldest first, by its digest: the map's look-up tells nothing of a ticket. */
  readonly #given = new Map<string, number>()

  /** @param draw a new text each time that cannot be guessed */
  constructor(clock: Clock, draw: () => string) {
    this.#clock = clock
    this.#draw = draw
  }

  give(): string {
    const ticket = this.#draw()
    for (const oldest of this.#given.keys()) {
      if (this.#given.size < MOST) break
      this.#given.delete(oldest)
    }
    this.#given.set(nameOf(ticket), this.#clock.now())
    return ticket
  }

  /** Whether a ticket is good; it is not a second time. */
  take(ticket: string): boolean {
    const name = nameOf(ticket)
    const givenAt = this.#given.get(name)
    this.#given.delete(name)
    return givenAt !== undefined && this.#clock.now() - givenAt <= TICKET_MS
  }
}
