/** One session's last two minutes in quarter seconds, written as requests end: whoever comes late can be told all of it. */

import { OUTCOMES, type Outcome } from '../chaos/decision/request-record.ts'
import { LatencyBins } from './latency-bins.ts'
import { noOutcomes } from './stats.ts'

/** Width of a bucket in milliseconds. */
export const BUCKET_MS = 250
/** Buckets that are remembered: 120 s. */
const KEPT = 480
/** In a stretch without traffic one sample a second says enough. */
const IDLE_EVERY = 4

/** What happened in one bucket. `counts` and `faults` hold only what is not zero. */
export interface Sample {
  /** Its end, in milliseconds since the server started, monotonic. */
  readonly atMs: number
  /** Milliseconds since 1970. */
  readonly wallMs: number
  readonly counts: Partial<Record<Outcome, number>>
  readonly faults: Readonly<Record<string, number>>
  /** Requests that were being answered at its end. */
  readonly inFlight: number
  /** Percentiles of how long the requests took that ended, in milliseconds, to within 3 %; null where none did. */
  readonly p50: number | null
  readonly p95: number | null
  /** Percent. */
  readonly failRate: number
  readonly outage: boolean
  /** How many times as long as usual the work takes; not there where it takes no longer. */
  readonly slow?: number
  /** Requests that began. */
  readonly arrivals: number
}

/** What a session is like at a moment, traffic apart. */
export interface SessionConditions {
  /** Percent. */
  readonly failRate: number
  readonly outage: boolean
  /** How many times as long as usual the work takes; not there where it takes no longer. */
  readonly slow?: number
}

/** The conditions of a session, and how long the requests took that just ended. */
export type SessionVitals = SessionConditions & Pick<Sample, 'p50' | 'p95'>

interface Slot {
  bucket: number
  arrivals: number
  counts: Record<Outcome, number>
  faults: Record<string, number> | null
  inFlight: number
  p50: number | null
  p95: number | null
}

export class Timeline {
  readonly #slots: Slot[] = []
  readonly #latencies = new LatencyBins()
  readonly #changes: (SessionConditions & { bucket: number })[] = []
  #slot: Slot | null = null
  #inFlight = 0

  /** A request arrived, `now` milliseconds after the server's start. */
  started(now: number): void {
    this.#at(now).arrivals += 1
    this.#inFlight += 1
  }

  /** A request ended after `durationMs`; `fault` is empty where none was injected. */
  ended(now: number, outcome: Outcome, fault: string, durationMs: number): void {
    const slot = this.#at(now)
    slot.counts[outcome] += 1
    if (fault !== '') {
      slot.faults ??= {}
      slot.faults[fault] = (slot.faults[fault] ?? 0) + 1
    }
    this.#latencies.add(durationMs)
    this.#inFlight -= 1
  }

  /** Notes what holds from now on. */
  note(now: number, { failRate, outage, slow }: SessionConditions): void {
    const last = this.#changes.at(-1)
    if (last?.failRate === failRate && last.outage === outage && last.slow === slow) return
    const bucket = bucketOf(now)
    if (last?.bucket === bucket) this.#changes.pop()
    this.#changes.push({ bucket, failRate, outage, ...(slow === undefined ? {} : { slow }) })
    const oldest = bucket - KEPT
    while ((this.#changes[1]?.bucket ?? Number.POSITIVE_INFINITY) <= oldest) this.#changes.shift()
  }

  /** The samples of the buckets that ended after bucket `last` and before `now`; `epoch` is the wall clock at the start. */
  since(last: number, now: number, epoch: number): Sample[] {
    this.#at(now)
    const samples: Sample[] = []
    for (let bucket = Math.max(last + 1, bucketOf(now) - KEPT); bucket < bucketOf(now); bucket += 1) {
      samples.push(this.#sample(bucket, epoch))
    }
    return samples
  }

  /** All that is remembered, with fewer samples where nothing happened. */
  history(now: number, epoch: number): Sample[] {
    return this.since(bucketOf(now) - KEPT - 1, now, epoch).filter(
      ({ atMs, arrivals, inFlight, p50 }, index, all) =>
        atMs > 0 && (arrivals > 0 || inFlight > 0 || p50 !== null || index % IDLE_EVERY === 0 || changes(all, index)),
    )
  }

  /** The sample of the newest bucket that is over. */
  newest(now: number, epoch: number): Sample | undefined {
    return this.since(lastClosedBucket(now) - 1, now, epoch)[0]
  }

  #sample(bucket: number, epoch: number): Sample {
    const atMs = (bucket + 1) * BUCKET_MS
    const slot = this.#slots[index(bucket)]
    const conditions = this.#conditionsAt(bucket)
    const known = slot?.bucket === bucket ? slot : null
    const counts: Partial<Record<Outcome, number>> = {}
    if (known) for (const outcome of OUTCOMES) if (known.counts[outcome] > 0) counts[outcome] = known.counts[outcome]
    return {
      atMs,
      wallMs: epoch + atMs,
      counts,
      faults: known?.faults ?? {},
      inFlight: known?.inFlight ?? (bucket >= (this.#slot?.bucket ?? 0) ? this.#inFlight : 0),
      p50: known?.p50 ?? null,
      p95: known?.p95 ?? null,
      failRate: conditions.failRate,
      outage: conditions.outage,
      ...(conditions.slow === undefined ? {} : { slow: conditions.slow }),
      arrivals: known?.arrivals ?? 0,
    }
  }

  #conditionsAt(bucket: number): SessionConditions {
    return (
      this.#changes.findLast(change => change.bucket <= bucket) ?? this.#changes[0] ?? { failRate: 0, outage: false }
    )
  }

  /** The slot that is being written; the one before it is closed when time has passed it. */
  #at(now: number): Slot {
    const bucket = bucketOf(now)
    // What comes with a time of a bucket that is closed counts in the one that is open: closed ones may have been sent.
    if (this.#slot && bucket <= this.#slot.bucket) return this.#slot
    if (this.#slot) this.#close(this.#slot)
    const slot = this.#slots[index(bucket)] ?? blank()
    this.#slots[index(bucket)] = slot
    slot.bucket = bucket
    slot.arrivals = 0
    slot.faults = null
    slot.inFlight = this.#inFlight
    slot.p50 = null
    slot.p95 = null
    for (const outcome of OUTCOMES) slot.counts[outcome] = 0
    this.#slot = slot
    return slot
  }

  #close(slot: Slot): void {
    slot.inFlight = this.#inFlight
    ;[slot.p50, slot.p95] = this.#latencies.take(0.5, 0.95)
  }
}

/** The newest bucket that is over at `now`, in milliseconds since the server's start. */
export function lastClosedBucket(now: number): number {
  return bucketOf(now) - 1
}

function bucketOf(now: number): number {
  return Math.floor(now / BUCKET_MS)
}

function index(bucket: number): number {
  return ((bucket % (KEPT + 1)) + KEPT + 1) % (KEPT + 1)
}

function changes(samples: readonly Sample[], index: number): boolean {
  const [before, here] = [samples[index - 1], samples[index]]
  return before?.failRate !== here?.failRate || before?.outage !== here?.outage || before?.slow !== here?.slow
}

function blank(): Slot {
  return { bucket: 0, arrivals: 0, counts: noOutcomes(), faults: null, inFlight: 0, p50: null, p95: null }
}
