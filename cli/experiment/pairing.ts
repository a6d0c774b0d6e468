/**
 * Whether request k of one arm met the same fate as request k of another, so that the arms can be compared request by
 * request. Fates are drawn by key, and the arms send the same keys; what depends on other requests breaks that.
 */

import { trailingNumber } from '../../server/chaos/decision/deck.ts'
import type { Fault } from '../../server/chaos/settings/faults.ts'
import type { Settings } from '../../server/chaos/settings/schema.ts'
import { isScripted } from '../../server/experiments/conditions.ts'
import type { SettingsInForce } from '../../server/experiments/settings-in-force.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { keyOf } from '../load/loops.ts'
import type { ParsedArm } from '../policy/parse.ts'
import type { Result, RunEvent } from '../report/result.ts'

/**
 * - `closed-loop`: answers decide what is sent; `shared-session`: all arms fail by one count, clock and bucket
 * - `unknown-target`: it is no flaky catalog, so that nobody knows how it fails
 * - `rate-limit`: a token bucket decides by what came before; `rule-limit`: a rule counts the requests that it matches
 * - `capacity`: how long a request waits depends on what else is under way
 * - `deck`: the deck deals by arrival, because not all keys end in a count
 * - `changed`: somebody changed settings during the run
 */
export type Unpaired =
  | 'closed-loop'
  | 'shared-session'
  | 'unknown-target'
  | 'rate-limit'
  | 'rule-limit'
  | 'capacity'
  | 'deck'
  | 'changed'

export interface PairingFacts {
  readonly spec: Pick<ExperimentSpec, 'load' | 'conditions' | 'oneByOne'>
  /** Of the keys. */
  readonly seed: string
  /** Whether each arm has a session of its own. */
  readonly own: boolean
  /** Whether the target is a flaky catalog, or a simulated one. */
  readonly isCatalog: boolean
  /** Null where they are not known. */
  readonly inForce: SettingsInForce | null
  readonly events: readonly RunEvent[] | null
}

/** Whether the pairs of a run can be trusted, and if not, why, in codes. */
export function pairingOf(facts: PairingFacts): NonNullable<Result['pairing']> {
  const { spec, seed, own, isCatalog, inForce, events } = facts
  const { schedule, requests } = spec.load
  const ever = (holds: (settings: Settings) => boolean) => inForce?.all.some(holds) ?? false
  const reasons: readonly (readonly [Unpaired, boolean])[] = [
    ['closed-loop', schedule.kind === 'closed'],
    ['unknown-target', !isCatalog],
    ['shared-session', isCatalog && !own],
    ['rate-limit', ever(hasBucket)],
    ['rule-limit', ever(({ rules }) => rules.some(({ limit }) => limit !== undefined))],
    ['capacity', ever(({ capacity }) => capacity !== null)],
    ['deck', ever(({ sampler }) => sampler === 'deck') && !endInCounts(seed, requests)],
    ['changed', (events ?? []).some(event => isChange(event, spec))],
  ]
  const because = reasons.flatMap(([code, holds]) => (holds ? [code] : []))
  return { holds: because.length === 0, because }
}

/** Policies that treat each request by itself. */
const PLAIN: readonly string[] = ['none', 'retry', 'timeout']

/**
 * Whether each request fails on its own in both arms: no circuit, cache, budget or bulkhead in either, and nothing at the server
 * that comes in spells or in lines. Then a formula for independent pairs holds.
 */
export function isIndependent({ inForce, spec }: PairingFacts, arms: readonly ParsedArm[]): boolean {
  if (inForce === null || isScripted(spec.conditions)) return false
  const plain = ({ outage, capacity, sampler }: Settings) =>
    outage === null && capacity === null && sampler === 'bernoulli'
  return (
    inForce.all.every(plain) && arms.every(({ policies }) => [...policies.keys()].every(one => PLAIN.includes(one)))
  )
}

/** Whether a token bucket can be asked: one among faults that are drawn. */
function hasBucket({ failRate, faults, rules }: Settings): boolean {
  const isDrawn = (list: readonly Fault[]) => list.some(({ kind, weight }) => kind === 'rate-limit' && weight > 0)
  return (failRate > 0 && isDrawn(faults)) || rules.some(rule => rule.rate > 0 && isDrawn(rule.faults ?? faults))
}

/** Whether the deck takes the numbers of all keys. One key of each length tells. */
function endInCounts(seed: string, requests: number): boolean {
  for (let index = 0; index < requests; index = index === 0 ? 9 : 10 * index + 9) {
    if (trailingNumber(keyOf(seed, index)) < 0) return false
  }
  return trailingNumber(keyOf(seed, requests - 1)) >= 0
}

const CHANGES: readonly string[] = ['fail-rate', 'slower', 'settings']

/** Whether an event is a change by somebody else. Arms that run one by one do not even meet the same outages. */
function isChange({ what, source }: RunEvent, { conditions, oneByOne }: PairingFacts['spec']): boolean {
  if (source === 'scenario' || (source === undefined && isScripted(conditions))) return false
  return CHANGES.includes(what) || (oneByOne && source !== undefined)
}
