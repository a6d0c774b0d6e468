/** One-time tickets for clients that can set no header, such as EventSource: a token in a URL would end in a log. */

import type { Clock } from '../lib/clock.ts'
import { digestName } from './token.ts'

/** A ticket is good for so long, in milliseconds. */
export const TICKET_MS = 30_000
/** Tickets that are good at once; the oldest makes room. */
const MAX_TICKETS = 256

export class Tickets {
  readonly #clock: Clock
  readonly #draw: () => string
  /** When each was issued, the oldest first, by its digest: the map's look-up tells nothing of a ticket. */
  readonly #issuedAt = new Map<string, number>()

  /** @param draw a new text each time that cannot be guessed */
  constructor(clock: Clock, draw: () => string) {
    this.#clock = clock
    this.#draw = draw
  }

  issue(): string {
    const ticket = this.#draw()
    for (const oldest of this.#issuedAt.keys()) {
      if (this.#issuedAt.size < MAX_TICKETS) break
      this.#issuedAt.delete(oldest)
    }
    this.#issuedAt.set(digestName(ticket), this.#clock.now())
    return ticket
  }

  /** Whether a ticket is good; it is not a second time. */
  redeem(ticket: string): boolean {
    const name = digestName(ticket)
    const issuedAt = this.#issuedAt.get(name)
    this.#issuedAt.delete(name)
    return issuedAt !== undefined && this.#clock.now() - issuedAt <= TICKET_MS
  }
}
