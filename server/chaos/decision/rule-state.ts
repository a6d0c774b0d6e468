/** What outlives a settings snapshot: counts of limited rules, tokens of buckets, weather that was not changed. */

import type { Fault } from '../settings/faults.ts'
import { ms } from '../settings/quantity.ts'
import type { Rule } from '../settings/schema.ts'
import type { TwoState } from './random-outages.ts'
import { Bucket } from './token-bucket.ts'

/** How many requests a rule has matched. */
export interface Tally {
  seen: number
}

interface Things {
  readonly tallies: Map<string, Tally>
  readonly buckets: Map<string, Bucket>
  readonly weather: Map<string, TwoState>
}

export class Memory {
  #kept = nothing()
  #next = nothing()

  /** Begins a new snapshot: what is not asked for again before `end` is forgotten then. */
  begin(): void {
    this.#next = nothing()
  }

  end(): void {
    this.#kept = this.#next
  }

  /** The tally of a rule; a rule that was changed begins anew. */
  tally(rule: Rule): Tally {
    return this.#keep('tallies', JSON.stringify([rule.id, rule.match, rule.limit]), () => ({ seen: 0 }))
  }

  /** The bucket of a fault in `place`; a bucket with other options begins full. */
  bucket(place: string, fault: Extract<Fault, { kind: 'rate-limit' }>): Bucket {
    const options = { limit: fault.limit, perMs: ms(fault.per), burst: fault.burst ?? fault.limit }
    return this.#keep('buckets', JSON.stringify([place, options]), () => new Bucket(options))
  }

  /** The two-state process called `name`. */
  weather(name: string, make: () => TwoState): TwoState {
    return this.#keep('weather', name, make)
  }

  /** A memory of the same things, whose use leaves this one as it is. */
  copy(): Memory {
    const copy = new Memory()
    for (const [name, tally] of this.#kept.tallies) copy.#kept.tallies.set(name, { ...tally })
    for (const [name, bucket] of this.#kept.buckets) copy.#kept.buckets.set(name, bucket.copy())
    for (const [name, weather] of this.#kept.weather) copy.#kept.weather.set(name, weather.copy())
    return copy
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept = nothing()
  }

  #keep<K extends keyof Things, T>(what: K, name: string, make: () => T): T {
    const kept = this.#kept[what] as unknown as Map<string, T>
    const thing = kept.get(name) ?? make()
    const next = this.#next[what] as unknown as Map<string, T>
    next.set(name, thing)
    return thing
  }
}

function nothing(): Things {
  return { tallies: new Map(), buckets: new Map(), weather: new Map() }
}
