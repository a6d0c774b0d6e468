/** Rule state: what outlives a settings snapshot, counts of limited rules, tokens of buckets, random outages that were not changed. */

import type { Fault } from '../settings/faults.ts'
import { ms } from '../settings/quantity.ts'
import type { Rule, Settings } from '../settings/schema.ts'
import type { RandomOutages } from './random-outages.ts'
import { TokenBucket } from './token-bucket.ts'

/** How many requests a rule has matched. */
export interface MatchCount {
  seen: number
}

type RateLimit = Extract<Fault, { kind: 'rate-limit' }>

interface KeptBucket {
  readonly place: string
  /** The options of the fault. */
  readonly options: string
  readonly bucket: TokenBucket
}

/** Where the faults of the document stand; other places are ids of rules, and none of those has a slash. */
export const FAULTS_PLACE = '/faults'

/** The text of a rule's match and limit, made once for all sessions that inherit it. */
const ruleKeys = new WeakMap<Rule, string>()

export class RuleState {
  /** By rule id; `key` says of which rule it was the count. */
  readonly #matchCounts = new Map<string, { readonly key: string; readonly matchCount: MatchCount }>()
  readonly #buckets = new Map<string, KeptBucket>()
  #randomOutages: { readonly name: string; readonly outages: RandomOutages } | null = null
  /** The state of which this is a copy: what is asked for here is copied from there. */
  readonly #origin: RuleState | null
  #settings: Settings | null = null

  constructor(origin: RuleState | null = null) {
    this.#origin = origin
  }

  /** Forgets what `settings` have no use for. It costs what is kept, not what the settings could keep. */
  keepFor(settings: Settings): void {
    const before = this.#settings
    this.#settings = settings
    const { rules, faults } = settings
    if (before?.rules === rules && before.faults === faults) return
    if (this.#matchCounts.size === 0 && this.#buckets.size === 0) return
    const byId = new Map(rules.map(rule => [rule.id, rule]))
    for (const [id, { key }] of this.#matchCounts) {
      const rule = byId.get(id)
      if (!rule?.limit || ruleKey(rule) !== key) this.#matchCounts.delete(id)
    }
    for (const [name, { place, options }] of this.#buckets) {
      const there = faultsIn(settings, byId, place)
      if (!there.some(fault => fault.kind === 'rate-limit' && optionsOf(fault) === options)) this.#buckets.delete(name)
    }
  }

  /** The match count of a rule; a rule that was changed begins anew. */
  matchCount(rule: Rule): MatchCount {
    const key = ruleKey(rule)
    const known = this.#matchCounts.get(rule.id)
    if (known?.key === key) return known.matchCount
    const origin = this.#origin ? this.#origin.#matchCounts.get(rule.id) : undefined
    const matchCount = { seen: origin?.key === key ? origin.matchCount.seen : 0 }
    this.#matchCounts.set(rule.id, { key, matchCount })
    return matchCount
  }

  /** The bucket of a fault in `place`; a bucket with other options begins full. */
  bucket(place: string, fault: RateLimit): TokenBucket {
    const options = optionsOf(fault)
    const name = `${place} ${options}`
    const known = this.#buckets.get(name)
    if (known) return known.bucket
    const origin = this.#origin ? this.#origin.#buckets.get(name)?.bucket.copy() : undefined
    const { limit, per, burst = limit } = fault
    const bucket = origin ?? new TokenBucket({ limit, perMs: ms(per), burst })
    this.#buckets.set(name, { place, options, bucket })
    return bucket
  }

  /** The random outages called `name`. */
  randomOutages(name: string, make: () => RandomOutages): RandomOutages {
    if (this.#randomOutages?.name !== name) this.#randomOutages = { name, outages: make() }
    return this.#randomOutages.outages
  }

  /** The same state, whose use leaves this one as it is; to be used before this one is used again. */
  copy(): RuleState {
    return new RuleState(this)
  }

  /** Forgets everything. */
  clear(): void {
    this.#matchCounts.clear()
    this.#buckets.clear()
    this.#randomOutages = null
  }
}

function ruleKey(rule: Rule): string {
  let key = ruleKeys.get(rule)
  if (key === undefined) {
    key = JSON.stringify([rule.match, rule.limit])
    ruleKeys.set(rule, key)
  }
  return key
}

function optionsOf({ limit, per, burst = limit }: RateLimit): string {
  return `${limit}/${ms(per)}/${burst}`
}

function faultsIn(settings: Settings, byId: ReadonlyMap<string, Rule>, place: string): readonly Fault[] {
  if (place === FAULTS_PLACE) return settings.faults
  const rule = byId.get(place)
  return rule ? (rule.faults ?? settings.faults) : []
}
