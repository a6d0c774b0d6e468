/** A weighted mix of kinds, ready to be drawn from. */

import type { Fault } from '../settings/faults.ts'
import type { Memory } from './rule-state.ts'
import type { Bucket } from './token-bucket.ts'

/** One kind of a mix; `bucket` belongs to `rate-limit`. */
export interface Share {
  readonly fault: Fault
  readonly bucket: Bucket | null
}

/** Chooses a share by a draw in [0, 1). */
export type Mix = (draw: number) => Share

/** Compiles weighted faults; `place` names the buckets among them (`faults`, or a rule's id). */
export function mixOf(faults: readonly Fault[], place: string, memory: Memory): Mix {
  const weighted = faults.filter(fault => fault.weight > 0)
  const shares = weighted.map(
    (fault): Share => ({ fault, bucket: fault.kind === 'rate-limit' ? memory.bucket(place, fault) : null }),
  )
  const total = weighted.reduce((sum, fault) => sum + fault.weight, 0)
  let sum = 0
  const bounds = weighted.map(fault => {
    sum += fault.weight
    return sum / total
  })
  const last = shares.at(-1)
  if (!last) throw new Error('a mix needs a kind with a weight above 0')
  if (shares.length === 1) return () => last
  return draw => shares[bounds.findIndex(bound => draw < bound)] ?? last
}
