/** The journal of one session: its newest requests in a ring of fixed size. */

import type { RecordQuery, RequestRecord } from '../chaos/decision/request-record.ts'

export class Journal {
  readonly #size: number
  #ring: RequestRecord[] = []
  #next = 0

  /** @param size requests that are remembered */
  constructor(size: number) {
    this.#size = size
  }

  add(record: RequestRecord): void {
    this.#ring[this.#next] = record
    this.#next = (this.#next + 1) % this.#size
  }

  /** The newest first. A key that the client did not give is its arrival number. */
  find({ limit, key, outcome }: RecordQuery): RequestRecord[] {
    const found: RequestRecord[] = []
    for (let back = 1; back <= this.#ring.length && found.length < limit; back += 1) {
      const record = this.#ring[(this.#next - back + this.#size) % this.#size]
      if (!record || (outcome !== undefined && record.outcome !== outcome)) continue
      if (key === undefined || (record.key ?? String(record.arrival)) === key) found.push(record)
    }
    return found
  }

  clear(): void {
    this.#ring = []
    this.#next = 0
  }
}
