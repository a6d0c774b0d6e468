/** What outlives a settings snapshot: the counts of limited rules and the tokens of buckets that were not changed. */

import { Bucket } from './bucket.ts'
import type { Fault } from './kinds.ts'
import { ms } from './quantity.ts'
import type { Rule } from './settings.ts'

/** How many requests a rule has matched. */
export interface Tally {
  seen: number
}

export class Memory {
  #tallies = new Map<string, Tally>()
  #buckets = new Map<string, Bucket>()
  #kept: { tallies: Map<string, Tally>; buckets: Map<string, Bucket> } | null = null

  /** Begins a new snapshot: what `end` does not see asked for again is forgotten. */
  begin(): void {
    this.#kept = { tallies: new Map(), buckets: new Map() }
  }

  end(): void {
    this.#tallies = this.#kept?.tallies ?? new Map()
    this.#buckets = this.#kept?.buckets ?? new Map()
    this.#kept = null
  }

  /** The tally of a rule; a rule that was changed begins anew. */
  tally(rule: Rule): Tally {
    const name = JSON.stringify([rule.id, rule.match, rule.limit])
    const tally = this.#tallies.get(name) ?? { seen: 0 }
    this.#kept?.tallies.set(name, tally)
    return tally
  }

  /** The bucket of a fault in `place`; a bucket with other options begins full. */
  bucket(place: string, fault: Extract<Fault, { kind: 'rate-limit' }>): Bucket {
    const name = JSON.stringify([place, fault.limit, fault.per, fault.burst])
    const options = { limit: fault.limit, perMs: ms(fault.per), burst: fault.burst ?? fault.limit }
    const bucket = this.#buckets.get(name) ?? new Bucket(options)
    this.#kept?.buckets.set(name, bucket)
    return bucket
  }

  /** Forgets everything. */
  clear(): void {
    this.#tallies.clear()
    this.#buckets.clear()
  }
}
