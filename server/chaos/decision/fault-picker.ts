/** A fault picker: weighted kinds of fault, ready to be drawn from. */

import type { Fault } from '../settings/faults.ts'
import type { RuleState } from './rule-state.ts'
import type { TokenBucket } from './token-bucket.ts'

/** One of the faults; `bucket` belongs to `rate-limit`. */
export interface PickedFault {
  readonly fault: Fault
  readonly bucket: TokenBucket | null
}

/** Chooses a fault by a draw in [0, 1). */
export type FaultPicker = (draw: number) => PickedFault

/** Compiles weighted faults; `place` names the buckets among them (`faults`, or a rule's id). */
export function faultPicker(faults: readonly Fault[], place: string, ruleState: RuleState): FaultPicker {
  const weighted = faults.filter(fault => fault.weight > 0)
  const shares = weighted.map(
    (fault): PickedFault => ({ fault, bucket: fault.kind === 'rate-limit' ? ruleState.bucket(place, fault) : null }),
  )
  const total = weighted.reduce((sum, fault) => sum + fault.weight, 0)
  let sum = 0
  const bounds = weighted.map(fault => {
    sum += fault.weight
    return sum / total
  })
  const last = shares.at(-1)
  if (!last) throw new Error('faults need a kind with a weight above 0')
  if (shares.length === 1) return () => last
  return draw => shares[bounds.findIndex(bound => draw < bound)] ?? last
}
