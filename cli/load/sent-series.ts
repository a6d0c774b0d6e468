/** What became of the requests by when they were to leave: memory grows with time, never with the number of requests. */

import type { Sent } from '../report/result.ts'
import { SENT_STEP_MS } from '../report/stats/recovery.ts'

const QUARTER_MS = 250
const STEPS = QUARTER_MS / SENT_STEP_MS

export class SentSeries {
  /** Requests and useful ones, of each step in turn. */
  #counts = new Uint32Array(2_400)
  #used = 0

  /** Counts a request that was to leave `plannedMs` milliseconds after the start of the run. */
  add(plannedMs: number, useful: boolean): void {
    // A moment that is a whole step but for rounding belongs to it.
    const index = 2 * Math.max(0, Math.floor(plannedMs / SENT_STEP_MS + 1e-6))
    if (index + 2 > this.#used) {
      this.#used = index + 2
      if (this.#used > this.#counts.length) this.#grow()
    }
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    if (useful) this.#counts[index + 1] = (this.#counts[index + 1] ?? 0) + 1
  }

  /** All steps from the start to the last planned request, the empty ones too. */
  steps(): Sent {
    return this.#list(1)
  }

  /** The same by quarter seconds. */
  quarters(): Sent {
    return this.#list(STEPS)
  }

  #list(width: number): Sent {
    return Array.from({ length: Math.ceil(this.#used / 2 / width) }, (_, bin) => {
      let [requests, useful] = [0, 0]
      for (let step = bin * width; step < (bin + 1) * width && 2 * step < this.#used; step++) {
        requests += this.#counts[2 * step] ?? 0
        useful += this.#counts[2 * step + 1] ?? 0
      }
      return { atMs: bin * width * SENT_STEP_MS, requests, useful }
    })
  }

  #grow(): void {
    const larger = new Uint32Array(Math.max(this.#used, this.#counts.length * 2))
    larger.set(this.#counts)
    this.#counts = larger
  }
}
