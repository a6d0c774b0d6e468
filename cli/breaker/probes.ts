/** Permits, and the probes of one half-open period: which are in flight, until when, and what came back. */

import type { Permit } from './circuit.ts'

/** Leave to make one call, which knows whether it was handed back. */
export class IssuedPermit implements Permit {
  readonly admitted = true
  readonly generation: number
  readonly probe: number
  settled = false

  constructor(generation: number, probe: number) {
    this.generation = generation
    this.probe = probe
  }
}

/** A probe in flight: its number, and when it is overdue. */
export interface Lease {
  readonly probe: number
  readonly until: number
}

/** Counts of one half-open period. Every slot is free, leased or counted; an ignored probe's slot is free again. */
export class Probes {
  failed = 0
  slow = 0
  counted = 0
  /** When the first lease ends, `Infinity` where there is none. */
  firstEnd = Number.POSITIVE_INFINITY
  /** In the order of their ends, because every lease is equally long. */
  #leases: Lease[] = []
  #last = 0

  get leases(): readonly Lease[] {
    return this.#leases
  }

  /** The number of the probe that was given last. */
  get last(): number {
    return this.#last
  }

  /** How many slots are leased or counted. */
  get taken(): number {
    return this.#leases.length + this.counted
  }

  clear(): void {
    this.restore(0, 0, 0, 0, [])
  }

  /** Leases a slot until `until`; returns the number of the probe, from 1 on. */
  lease(until: number): number {
    this.#last += 1
    this.#leases.push({ probe: this.#last, until })
    this.#findFirst()
    return this.#last
  }

  /** Gives a slot back. False where the probe holds none, because it was overdue. */
  release(probe: number): boolean {
    const at = this.#leases.findIndex(lease => lease.probe === probe)
    if (at < 0) return false
    this.#leases.splice(at, 1)
    this.#findFirst()
    return true
  }

  /** Takes back the first lease that has ended by `time`. */
  expire(time: number): Lease | undefined {
    if (this.firstEnd > time) return undefined
    const lease = this.#leases.shift()
    this.#findFirst()
    return lease
  }

  /** Counts what a probe that was taken back came to. */
  count(failed: boolean, slow: boolean): void {
    this.counted += 1
    if (failed) this.failed += 1
    if (slow) this.slow += 1
  }

  restore(last: number, counted: number, failed: number, slow: number, leases: readonly Lease[]): void {
    this.#last = last
    this.counted = counted
    this.failed = failed
    this.slow = slow
    this.#leases = [...leases]
    this.#findFirst()
  }

  #findFirst(): void {
    this.firstEnd = this.#leases[0]?.until ?? Number.POSITIVE_INFINITY
  }
}
