/** What a closed circuit remembers of its calls: the last N of them, or those of the last T milliseconds. */

import type { CircuitSettings } from './options.ts'

/** One remembered call as bits: it was counted, it failed, it was slow. */
export const CALL = 1
export const FAILED = 2
export const SLOW = 4

/** A window as plain data. Entries run from the oldest to the newest. */
export type WindowSnapshot =
  | { readonly kind: 'calls'; readonly marks: readonly number[] }
  | {
      readonly kind: 'time'
      readonly bucketMs: number
      /** For how long the window has been filling, in milliseconds: it says where buckets begin. */
      readonly ageMs: number
      /** Calls, failures and slow calls of each bucket. */
      readonly buckets: readonly (readonly [number, number, number])[]
    }

/** Sums over the remembered calls. Times are milliseconds that never run backwards. */
export interface Window {
  readonly calls: number
  readonly failures: number
  readonly slow: number
  /** Where the newest call stands, and the oldest that is remembered: numbers of calls or of buckets, which only rise. */
  readonly position: number
  readonly oldest: number
  /** Remembers one call, forgetting what falls out. */
  record(mark: number, time: number): void
  /** Forgets everything; `time` is where a new time window begins. */
  clear(time: number): void
  snapshot(time: number): WindowSnapshot
  /** Takes a snapshot over; one of another shape leaves the window empty. */
  restore(snapshot: WindowSnapshot, time: number): void
}

/** The window that the settings ask for. */
export function createWindow(settings: CircuitSettings, time: number): Window {
  return settings.windowMs > 0
    ? new TimeWindow(settings.windowMs, settings.windowBuckets, time)
    : new CountWindow(settings.windowCalls)
}

/** The last `size` calls in a ring of bytes. */
export class CountWindow implements Window {
  calls = 0
  failures = 0
  slow = 0
  position = 0
  readonly #ring: Uint8Array
  #next = 0

  constructor(size: number) {
    this.#ring = new Uint8Array(size)
  }

  get oldest(): number {
    return this.position - this.#ring.length + 1
  }

  record(mark: number): void {
    this.position += 1
    const ring = this.#ring
    const gone = ring[this.#next] ?? 0
    // In a healthy circuit one success takes the place of another.
    if (gone !== mark) {
      this.calls += 1 - (gone & CALL)
      this.failures += ((mark & FAILED) - (gone & FAILED)) >> 1
      this.slow += ((mark & SLOW) - (gone & SLOW)) >> 2
      ring[this.#next] = mark
    }
    this.#next = this.#next + 1 === ring.length ? 0 : this.#next + 1
  }

  clear(): void {
    this.#ring.fill(0)
    this.#next = 0
    this.calls = 0
    this.failures = 0
    this.slow = 0
  }

  snapshot(): WindowSnapshot {
    const ring = this.#ring
    const marks = [...ring.subarray(this.#next), ...ring.subarray(0, this.#next)].filter(mark => mark !== 0)
    return { kind: 'calls', marks }
  }

  restore(snapshot: WindowSnapshot): void {
    this.clear()
    if (snapshot.kind !== 'calls') return
    for (const mark of snapshot.marks) this.record(mark)
  }
}

/**
 * The calls of the last `ms` milliseconds in `count` buckets of equal width. The newest bucket is still filling, so the
 * window reaches back between `ms - ms / count` and `ms`.
 */
export class TimeWindow implements Window {
  calls = 0
  failures = 0
  slow = 0
  readonly #bucketMs: number
  readonly #calls: Uint32Array
  readonly #failures: Uint32Array
  readonly #slow: Uint32Array
  /** Buckets are numbered from this moment on, so that where time begins makes no difference. */
  #origin: number
  #newest = 0

  constructor(ms: number, count: number, time: number) {
    this.#bucketMs = ms / count
    this.#calls = new Uint32Array(count)
    this.#failures = new Uint32Array(count)
    this.#slow = new Uint32Array(count)
    this.#origin = time
  }

  get position(): number {
    return this.#newest
  }

  get oldest(): number {
    return this.#newest - this.#calls.length + 1
  }

  record(mark: number, time: number): void {
    this.#moveTo(time)
    const slot = this.#newest % this.#calls.length
    this.#add(slot, 1, (mark & FAILED) >> 1, (mark & SLOW) >> 2)
  }

  clear(time: number): void {
    this.#forgetAll()
    this.#origin = time
    this.#newest = 0
  }

  snapshot(time: number): WindowSnapshot {
    this.#moveTo(time)
    const count = this.#calls.length
    const buckets = Array.from({ length: count }, (_, age): [number, number, number] => {
      const slot = (this.#newest + 1 + age) % count
      return [this.#calls[slot] ?? 0, this.#failures[slot] ?? 0, this.#slow[slot] ?? 0]
    })
    return { kind: 'time', bucketMs: this.#bucketMs, ageMs: time - this.#origin, buckets }
  }

  restore(snapshot: WindowSnapshot, time: number): void {
    this.clear(time)
    if (snapshot.kind !== 'time' || snapshot.bucketMs !== this.#bucketMs) return
    const count = this.#calls.length
    if (snapshot.buckets.length !== count) return
    this.#origin = time - snapshot.ageMs
    this.#newest = Math.floor(snapshot.ageMs / this.#bucketMs)
    for (const [at, [calls, failures, slow]] of snapshot.buckets.entries()) {
      this.#add((this.#newest + 1 + at) % count, calls, failures, slow)
    }
  }

  #add(slot: number, calls: number, failures: number, slow: number): void {
    this.#calls[slot] = (this.#calls[slot] ?? 0) + calls
    this.#failures[slot] = (this.#failures[slot] ?? 0) + failures
    this.#slow[slot] = (this.#slow[slot] ?? 0) + slow
    this.calls += calls
    this.failures += failures
    this.slow += slow
  }

  /** Empties the buckets that `time` has left behind: at most each of them once, however far it jumped. */
  #moveTo(time: number): void {
    const index = Math.floor((time - this.#origin) / this.#bucketMs)
    const count = this.#calls.length
    for (let step = Math.max(this.#newest, index - count) + 1; step <= index; step += 1) this.#forget(step % count)
    this.#newest = Math.max(this.#newest, index)
  }

  #forget(slot: number): void {
    this.#add(slot, -(this.#calls[slot] ?? 0), -(this.#failures[slot] ?? 0), -(this.#slow[slot] ?? 0))
  }

  #forgetAll(): void {
    this.#calls.fill(0)
    this.#failures.fill(0)
    this.#slow.fill(0)
    this.calls = 0
    this.failures = 0
    this.slow = 0
  }
}
