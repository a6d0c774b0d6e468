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

const pickers = new WeakMap<readonly Fault[], FaultPicker>()

/** Compiles weighted faults; sessions that inherit the same ones share it. It knows no buckets. */
export function faultPicker(faults: readonly Fault[]): FaultPicker {
  let picker = pickers.get(faults)
  if (!picker) {
    picker = compile(faults)
    pickers.set(faults, picker)
  }
  return picker
}

/** The same with the buckets of a session: `place` names them, and each is made when it is asked first. */
export function bucketPicker(faults: readonly Fault[], place: string, ruleState: RuleState): FaultPicker {
  const pick = faultPicker(faults)
  if (!faults.some(({ kind }) => kind === 'rate-limit')) return pick
  const withBucket = new Map<Fault, PickedFault>()
  return draw => {
    const picked = pick(draw)
    const { fault } = picked
    if (fault.kind !== 'rate-limit') return picked
    let own = withBucket.get(fault)
    if (!own) {
      own = { fault, bucket: ruleState.bucket(place, fault) }
      withBucket.set(fault, own)
    }
    return own
  }
}

function compile(faults: readonly Fault[]): FaultPicker {
  const weighted = faults.filter(fault => fault.weight > 0)
  const shares = weighted.map((fault): PickedFault => ({ fault, bucket: null }))
  const total = weighted.reduce((sum, fault) => sum + fault.weight, 0)
  let sum = 0
  const bounds = weighted.map(fault => {
    sum += fault.weight
    return sum / total
  })
  const last = shares.at(-1)
  if (!last) throw new Error('faults need a kind with a weight above 0')
  return shares.length === 1 ? () => last : draw => shares[bounds.findIndex(bound => draw < bound)] ?? last
}
