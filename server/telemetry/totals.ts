/** Counts since the server's start, over all sessions: what Prometheus is told. Nothing sets them back. */

import type { Outcome, RequestRecord } from '../chaos/decision/request-record.ts'
import { noOutcomes } from './stats.ts'

/** Upper bounds of the duration's buckets, in seconds. */
export const BOUNDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Durations {
  /** Requests by bucket, the last for those beyond every bound. */
  readonly buckets: number[]
  /** Seconds. */
  sum: number
  count: number
}

export class Totals {
  readonly routes = new Map<string, Record<Outcome, number>>()
  readonly faults = new Map<string, number>()
  readonly durations = new Map<Outcome, Durations>()
  inFlight = 0

  started(): void {
    this.inFlight += 1
  }

  ended(record: RequestRecord): void {
    const outcome = record.outcome ?? 'aborted'
    this.inFlight -= 1
    let counts = this.routes.get(record.route)
    if (!counts) {
      counts = noOutcomes()
      this.routes.set(record.route, counts)
    }
    counts[outcome] += 1
    if (record.fault !== '') this.faults.set(record.fault, (this.faults.get(record.fault) ?? 0) + 1)
    this.#time(outcome, (record.endedAt - record.startedAt) / 1_000)
  }

  #time(outcome: Outcome, seconds: number): void {
    let durations = this.durations.get(outcome)
    if (!durations) {
      durations = { buckets: new Array<number>(BOUNDS.length + 1).fill(0), sum: 0, count: 0 }
      this.durations.set(outcome, durations)
    }
    let bucket = 0
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket += 1
    durations.buckets[bucket] = (durations.buckets[bucket] ?? 0) + 1
    durations.sum += seconds
    durations.count += 1
  }
}
