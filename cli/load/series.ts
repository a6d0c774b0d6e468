/** What happened in each quarter of a second of a run: memory grows with time, never with the number of requests. */

import { COUNTERS, type Counter } from '../../server/runs/counters.ts'
import type { Series } from '../report/result.ts'

const QUARTER_MS = 250

/** Where each counter stands among those of a quarter. */
export const OFFSET = Object.fromEntries(COUNTERS.map((counter, offset) => [counter, offset])) as Readonly<
  Record<Counter, number>
>

export class QuarterSeconds {
  #counts = new Uint32Array(COUNTERS.length * 240)
  #used = 0

  /** Counts one event `atMs` milliseconds after the start of the run. */
  add(counter: Counter, atMs: number): void {
    this.addAt(OFFSET[counter], atMs)
  }

  /** The same by the place of the counter. */
  addAt(offset: number, atMs: number): void {
    const quarter = Math.max(0, Math.floor(atMs / QUARTER_MS))
    const index = quarter * COUNTERS.length + offset
    if (quarter >= this.#used) this.#used = quarter + 1
    if (index >= this.#counts.length) this.#grow(index + 1)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  /** All quarters from the start to the last event, the empty ones too. */
  list(): Series {
    return Array.from({ length: this.#used }, (_, quarter) => {
      const at = (counter: Counter) => this.#counts[quarter * COUNTERS.length + OFFSET[counter]] ?? 0
      return {
        atMs: quarter * QUARTER_MS,
        success: at('success'),
        failed: at('failed'),
        shortCircuited: at('shortCircuited'),
        fromCache: at('fromCache'),
        calls: at('calls'),
        wasted: at('wasted'),
      }
    })
  }

  #grow(least: number): void {
    const larger = new Uint32Array(Math.max(least, this.#counts.length * 2))
    larger.set(this.#counts)
    this.#counts = larger
  }
}
