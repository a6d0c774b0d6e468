/** Declared outages: those that somebody wants now, and those of a running scenario. */

import type { FaultPicker } from './fault-picker.ts'
import type { Period } from './random-outages.ts'

/** A declared outage; its times are milliseconds of the server's clock. */
export interface DeclaredOutage extends Period {
  readonly id: string
  readonly pickFault: FaultPicker
  /** The scenario run that it belongs to, or null. */
  readonly run: string | null
}

/** More than this are refused. */
export const MAX_DECLARED_OUTAGES = 100

export class DeclaredOutages {
  #outages: DeclaredOutage[] = []

  /** Nobody has declared anything: there is nothing to look for. */
  get none(): boolean {
    return this.#outages.length === 0
  }

  /** Declares an outage; false where there are too many already. */
  add(declared: DeclaredOutage, now: number): boolean {
    this.#outages = this.#outages.filter(({ toMs }) => toMs > now)
    if (this.#outages.length >= MAX_DECLARED_OUTAGES) return false
    this.#outages.push(declared)
    return true
  }

  /** The outage at a moment, or null. */
  at(now: number): DeclaredOutage | null {
    return this.#outages.find(({ fromMs, toMs }) => now >= fromMs && now < toMs) ?? null
  }

  list(now: number): readonly DeclaredOutage[] {
    return this.#outages.filter(({ toMs }) => toMs > now)
  }

  /** Takes back every outage, or those of one run. */
  clear(run?: string): void {
    this.#outages = run === undefined ? [] : this.#outages.filter(declared => declared.run !== run)
  }
}
