/** Counts of one session: by outcome, by fault, by route, and second by second over the last minute. */

import { OUTCOMES, type Outcome, type RequestRecord } from '../chaos/decision/request-record.ts'

type Counts = Record<Outcome, number>

/** Seconds that the series reaches back. */
const SECONDS = 60
/** One more than is shown: the second that is being written must not be one that is being read. */
const SLOTS = SECONDS + 1

export class Stats {
  readonly #session: string
  #outcomes = noOutcomes()
  #faults = new Map<string, number>()
  #routes = new Map<string, Counts>()
  #series = Array.from({ length: SLOTS }, () => ({ second: Number.NEGATIVE_INFINITY, counts: noOutcomes() }))
  #inFlight = 0
  #requests = 0
  #overflow = 0
  #impolite = 0

  constructor(session: string) {
    this.#session = session
  }

  started(): void {
    this.#inFlight += 1
  }

  ended(record: RequestRecord): void {
    const outcome = record.outcome ?? 'aborted'
    this.#inFlight -= 1
    this.#requests += 1
    this.#outcomes[outcome] += 1
    if (record.fault !== '') this.#faults.set(record.fault, (this.#faults.get(record.fault) ?? 0) + 1)
    if (record.overflow) this.#overflow += 1
    if (record.decision.bucket?.impolite) this.#impolite += 1
    this.#route(record.route)[outcome] += 1
    this.#second(Math.floor((record.atMs + record.endedAt - record.startedAt) / 1_000))[outcome] += 1
  }

  /** The counts as JSON. `nowMs` is the session's clock; `atMs` of the series is too. */
  read(nowMs: number): object {
    const newest = Math.floor(nowMs / 1_000)
    const series = this.#series
      .filter(({ second }) => second <= newest && second > newest - SECONDS)
      .sort((a, b) => a.second - b.second)
      .map(({ second, counts }) => ({ atMs: second * 1_000, ...counts }))
    return {
      session: this.#session,
      requests: this.#requests,
      inFlight: this.#inFlight,
      outcomes: { ...this.#outcomes },
      faults: Object.fromEntries(this.#faults),
      routes: Object.fromEntries([...this.#routes].map(([route, counts]) => [route, { ...counts }])),
      overflow: this.#overflow,
      impolite: this.#impolite,
      series,
    }
  }

  /** Sets every count to zero, but for the requests in flight. */
  clear(): void {
    this.#outcomes = noOutcomes()
    this.#faults.clear()
    this.#routes.clear()
    for (const slot of this.#series) slot.second = Number.NEGATIVE_INFINITY
    this.#requests = 0
    this.#overflow = 0
    this.#impolite = 0
  }

  #route(route: string): Counts {
    let counts = this.#routes.get(route)
    if (!counts) {
      counts = noOutcomes()
      this.#routes.set(route, counts)
    }
    return counts
  }

  #second(second: number): Counts {
    const slot = this.#series[((second % SLOTS) + SLOTS) % SLOTS]
    if (!slot) throw new RangeError(`no slot for second ${second}`)
    if (slot.second !== second) {
      slot.second = second
      slot.counts = noOutcomes()
    }
    return slot.counts
  }
}

/** Counts by outcome, all zero. */
export function noOutcomes(): Counts {
  const counts = {} as Counts
  for (const outcome of OUTCOMES) counts[outcome] = 0
  return counts
}
