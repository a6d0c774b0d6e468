/** The clock of a session: milliseconds since its beginning, negative before it. Two sessions can share one. */

import type { Clock } from '../../lib/clock.ts'

export class SessionClock {
  readonly #clock: Clock
  #epoch: number

  /** @param startsInMs how far away the beginning is */
  constructor(clock: Clock, startsInMs: number) {
    this.#clock = clock
    this.#epoch = clock.now() + startsInMs
  }

  now(): number {
    return this.#clock.now() - this.#epoch
  }

  /** The session's time at a moment of the server's clock. */
  at(serverMs: number): number {
    return serverMs - this.#epoch
  }

  /** Sets the clock to 0, for every session that shares it. */
  restart(): void {
    this.#epoch = this.#clock.now()
  }
}
