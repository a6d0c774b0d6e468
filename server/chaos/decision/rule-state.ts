/** Rule state: what outlives a settings snapshot, counts of limited rules, tokens of buckets, random outages that were not changed. */

import type { Fault } from '../settings/faults.ts'
import { ms } from '../settings/quantity.ts'
import type { Rule } from '../settings/schema.ts'
import type { RandomOutages } from './random-outages.ts'
import { TokenBucket } from './token-bucket.ts'

/** How many requests a rule has matched. */
export interface MatchCount {
  seen: number
}

interface Kept {
  readonly matchCounts: Map<string, MatchCount>
  readonly buckets: Map<string, TokenBucket>
  readonly randomOutages: Map<string, RandomOutages>
}

export class RuleState {
  #kept = nothing()
  #next = nothing()

  /** Begins a new snapshot: what is not asked for again before `end` is forgotten then. */
  begin(): void {
    this.#next = nothing()
  }

  end(): void {
    this.#kept = this.#next
  }

  /** The match count of a rule; a rule that was changed begins anew. */
  matchCount(rule: Rule): MatchCount {
    return this.#keep('matchCounts', JSON.stringify([rule.id, rule.match, rule.limit]), () => ({ seen: 0 }))
  }

  /** The bucket of a fault in `place`; a bucket with other options begins full. */
  bucket(place: string, fault: Extract<Fault, { kind: 'rate-limit' }>): TokenBucket {
    const options = { limit: fault.limit, perMs: ms(fault.per), burst: fault.burst ?? fault.limit }
    return this.#keep('buckets', JSON.stringify([place, options]), () => new TokenBucket(options))
  }

  /** The random outages called `name`. */
  randomOutages(name: string, make: () => RandomOutages): RandomOutages {
    return this.#keep('randomOutages', name, make)
  }

  /** The same state, whose use leaves this one as it is. */
  copy(): RuleState {
    const copy = new RuleState()
    for (const [name, matchCount] of this.#kept.matchCounts) copy.#kept.matchCounts.set(name, { ...matchCount })
    for (const [name, bucket] of this.#kept.buckets) copy.#kept.buckets.set(name, bucket.copy())
    for (const [name, outages] of this.#kept.randomOutages) copy.#kept.randomOutages.set(name, outages.copy())
    return copy
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept = nothing()
  }

  #keep<K extends keyof Kept, T>(what: K, name: string, make: () => T): T {
    const kept = this.#kept[what] as unknown as Map<string, T>
    const thing = kept.get(name) ?? make()
    const next = this.#next[what] as unknown as Map<string, T>
    next.set(name, thing)
    return thing
  }
}

function nothing(): Kept {
  return { matchCounts: new Map(), buckets: new Map(), randomOutages: new Map() }
}
