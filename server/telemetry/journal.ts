/** The journal of one session: its newest visits in a ring of fixed size. */

import type { Visit, VisitQuery } from '../chaos/decision/request-record.ts'

/** Visits that are remembered. */
export const JOURNAL_SIZE = 1_000

export class Journal {
  readonly #size: number
  #ring: Visit[] = []
  #next = 0

  constructor(size = JOURNAL_SIZE) {
    this.#size = size
  }

  add(visit: Visit): void {
    this.#ring[this.#next] = visit
    this.#next = (this.#next + 1) % this.#size
  }

  /** The newest first. A key that the client did not give is its arrival number. */
  find({ limit, key, outcome }: VisitQuery): Visit[] {
    const found: Visit[] = []
    for (let back = 1; back <= this.#ring.length && found.length < limit; back += 1) {
      const visit = this.#ring[(this.#next - back + this.#size) % this.#size]
      if (!visit || (outcome !== undefined && visit.outcome !== outcome)) continue
      if (key === undefined || (visit.key ?? String(visit.arrival)) === key) found.push(visit)
    }
    return found
  }

  clear(): void {
    this.#ring = []
    this.#next = 0
  }
}
