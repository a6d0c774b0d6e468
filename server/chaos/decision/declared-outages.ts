/** Outages that somebody declared at runtime: "pull the plug now", and those of a running scenario. */

import type { Mix } from './fault-picker.ts'
import type { Period } from './random-outages.ts'

/** A declared outage; its times are milliseconds of the server's clock. */
export interface Plug extends Period {
  readonly id: string
  readonly mix: Mix
  /** The scenario run that it belongs to, or null. */
  readonly run: string | null
}

/** More than this are refused. */
export const MOST_PLUGS = 100

export class PulledPlugs {
  #plugs: Plug[] = []

  /** Nobody has declared anything: there is nothing to look for. */
  get none(): boolean {
    return this.#plugs.length === 0
  }

  /** Declares an outage; false where there are too many already. */
  add(plug: Plug, now: number): boolean {
    this.#plugs = this.#plugs.filter(({ toMs }) => toMs > now)
    if (this.#plugs.length >= MOST_PLUGS) return false
    this.#plugs.push(plug)
    return true
  }

  /** The outage at a moment, or null. */
  at(now: number): Plug | null {
    return this.#plugs.find(({ fromMs, toMs }) => now >= fromMs && now < toMs) ?? null
  }

  list(now: number): readonly Plug[] {
    return this.#plugs.filter(({ toMs }) => toMs > now)
  }

  /** Takes back every outage, or those of one run. */
  clear(run?: string): void {
    this.#plugs = run === undefined ? [] : this.#plugs.filter(plug => plug.run !== run)
  }
}
