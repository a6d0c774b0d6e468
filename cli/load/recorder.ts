/** What one arm of a run came to: exact counts, latencies by outcome, the series, the states of its circuit. */

import type { Clock } from '../../server/lib/clock.ts'
import type { State } from '../breaker/circuit.ts'
import type { ArmTotals } from '../control/live-publisher.ts'
import type { Answer, Failure, Outcome } from '../policy/send.ts'
import type { ArmResult, Outcomes } from '../report/result.ts'
import { Bits } from './bits.ts'
import type { Meter } from './call.ts'
import { Endings } from './endings.ts'
import type { ArmFlow } from './flow.ts'
import { Histogram } from './histogram.ts'
import { SentSeries } from './sent-series.ts'
import { OFFSET, QuarterSeconds } from './series.ts'

/** The measured part of an arm's result; what it means is worked out from this. */
export type Measured = Omit<ArmResult, 'recoveryMs' | 'recovered'>

/** A call that waited longer for a connection, in milliseconds, is told of. */
const MIN_WAIT_MS = 10
/** Characters of a redirect's address that are told. */
const MAX_LOCATION = 200

/** Its memory does not depend on the number of requests, but for one bit of each and two bytes of the first ten million. */
export class Recorder implements Meter {
  readonly name: string
  /** One bit a request: whether its caller got a product. */
  readonly useful: Bits
  /** How each request ended, to compare arms over the same requests. */
  readonly endings: Endings
  /** What became of the requests by when they were to leave, in fine steps. */
  readonly sent = new SentSeries()
  /** Follows single requests; null where nobody wants to see them. */
  readonly #flow: ArmFlow | null
  /** From a call to its answer, of those that did not fail. */
  readonly roundTrips = new Histogram()
  readonly #clock: Clock
  readonly #outcomes: Outcomes = { success: 0, failed: 0, shortCircuited: 0, fromCache: 0 }
  readonly #failures = new Map<Failure, number>()
  readonly #statuses = new Map<number, number>()
  readonly #latencies: Readonly<Record<Outcome, Histogram>> = {
    success: new Histogram(),
    failed: new Histogram(),
    shortCircuited: new Histogram(),
    fromCache: new Histogram(),
  }
  readonly #series = new QuarterSeconds()
  /** By the clock, because the first is entered before the run has begun. */
  readonly #states: { readonly at: number; readonly state: State }[] = []
  #startedAt: number
  #calls = 0
  #wasted = 0
  /** Waits for a connection that were noticed; a run where none was has none. */
  #waits: Histogram | null = null
  #waited = 0
  #capped = 0
  #limit: { readonly lacking: string; readonly open: number } | null = null
  #redirect: string | null = null

  /** `requests` is the most that will be settled. */
  constructor(name: string, requests: number, clock: Clock, flow: ArmFlow | null = null) {
    this.#flow = flow
    this.name = name
    this.useful = new Bits(requests)
    this.endings = new Endings(requests)
    this.#clock = clock
    this.#startedAt = clock.now()
  }

  /** From here on times are counted from `at`, a reading of the clock. */
  startAt(at: number): void {
    this.#startedAt = at
  }

  /** Requests that have ended. */
  get settled(): number {
    const { success, failed, shortCircuited, fromCache } = this.#outcomes
    return success + failed + shortCircuited + fromCache
  }

  get outcomes(): Readonly<Outcomes> {
    return this.#outcomes
  }

  /** What the arm came to so far. */
  get totals(): ArmTotals {
    return {
      name: this.name,
      ...this.#outcomes,
      calls: this.#calls,
      wasted: this.#wasted,
      states: this.#statesFromStart(),
    }
  }

  /** Request `index` leaves now. */
  left(index: number): void {
    if (this.#flow !== null) this.#flow.left(index, this.#clock.now() - this.#startedAt)
  }

  /** Counts the end of request `index`, planned at `plannedMs` from the start. */
  settle(index: number, plannedMs: number, answer: Answer): void {
    const atMs = this.#clock.now() - this.#startedAt
    const { outcome, failure, status } = answer
    this.#outcomes[outcome]++
    this.#latencies[outcome].record(atMs - plannedMs)
    this.endings.set(index, outcome, atMs - plannedMs)
    this.#series.add(outcome, atMs)
    this.#flow?.ended(index, atMs, answer)
    const useful = outcome === 'success' || outcome === 'fromCache'
    if (useful) this.useful.set(index)
    this.sent.add(plannedMs, useful)
    if (failure !== null && outcome === 'failed') this.#failures.set(failure, (this.#failures.get(failure) ?? 0) + 1)
    if (status !== 0 && outcome !== 'fromCache') this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1)
  }

  called(): void {
    this.#calls++
    this.#series.addAt(OFFSET.calls, this.#clock.now() - this.#startedAt)
  }

  wasted(): void {
    this.#wasted++
    this.#series.addAt(OFFSET.wasted, this.#clock.now() - this.#startedAt)
  }

  waited(ms: number, capped: boolean): void {
    this.#waits ??= new Histogram()
    this.#waits.record(ms)
    if (ms > MIN_WAIT_MS) this.#waited++
    if (capped) this.#capped++
  }

  answered(ms: number): void {
    this.roundTrips.record(ms)
  }

  limited(lacking: string, open: number): void {
    this.#limit = { lacking, open }
  }

  redirected(location: string): void {
    this.#redirect ??= location
      .replace(/[?#].*$/s, '')
      .replace(/[^\x21-\x7e]/g, '?')
      .slice(0, MAX_LOCATION)
  }

  /** Notes that the arm's circuit is in `state` since `at`, a reading of the clock; what lies before the start counts as the start. */
  enter(state: State, at: number): void {
    this.#states.push({ at, state })
  }

  measured(): Measured {
    const all = new Histogram()
    const { success, failed, shortCircuited, fromCache } = this.#latencies
    for (const part of [success, failed, shortCircuited, fromCache]) all.add(part)
    return {
      name: this.name,
      outcomes: { ...this.#outcomes },
      upstream: { calls: this.#calls, wasted: this.#wasted },
      latencyMs: {
        all: all.summary(),
        success: success.summary(),
        failed: failed.summary(),
        shortCircuited: shortCircuited.summary(),
        fromCache: fromCache.summary(),
      },
      states: this.#statesFromStart(),
      failures: Object.fromEntries(this.#failures),
      connections: this.#connections(),
      ...(this.#redirect === null ? {} : { redirect: this.#redirect }),
      statuses: Object.fromEntries(this.#statuses),
      series: this.#series.list(),
      sent: this.sent.quarters(),
      histogramMs: {
        success: success.buckets(),
        failed: failed.buckets(),
        shortCircuited: shortCircuited.buckets(),
        fromCache: fromCache.buckets(),
      },
    }
  }

  /** How calls got connections. */
  #connections(): NonNullable<ArmResult['connections']> {
    const { p99, max } = this.#waits?.summary() ?? { p99: 0, max: 0 }
    const waitMs = { p99: p99 ?? 0, max: max ?? 0 }
    return { waited: this.#waited, capped: this.#capped, waitMs, ...this.#limit }
  }

  #statesFromStart(): ArmResult['states'] {
    const states = this.#states.map(({ at, state }) => ({
      atMs: Math.max(0, Math.round((at - this.#startedAt) * 10) / 10),
      state,
    }))
    return states.filter(({ atMs }, index) => atMs > 0 || (states[index + 1]?.atMs ?? 1) > 0)
  }
}
