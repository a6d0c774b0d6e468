/** What is remembered of the requests of one session: their counts, and the journal of the newest. */

import type { RecordQuery, RequestRecord, SessionLog } from '../chaos/decision/request-record.ts'
import { LIMITS } from '../config/limits.ts'
import { Stats } from './stats.ts'

/** Makes the log of a session, whose journal remembers so many requests. */
export function sessionLog(session: string, remembered = LIMITS.journal): SessionLog {
  const stats = new Stats(session)
  const journal = new Journal(remembered)
  return {
    started(record) {
      stats.started()
      journal.add(record)
    },
    ended: record => stats.ended(record),
    stats: nowMs => stats.read(nowMs),
    records: query => journal.find(query),
    clear() {
      stats.clear()
      journal.clear()
    },
  }
}

/** The newest requests, in a ring of fixed size. */
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
