/** Two arms over the same requests: what the one made of those that the other refused, lost, or answered too. */

import type { Outcome } from '../policy/send.ts'
import type { SameRequests } from '../report/stats/differences.ts'
import type { Endings } from './endings.ts'
import { Histogram } from './histogram.ts'

/** Whether a moment of the run lies after a spell of trouble, and before the next. */
export type IsAfterTrouble = (plannedMs: number) => boolean

/**
 * Compares the first `requests` of two arms, as far as both remember them.
 * @param plannedAt when a request was to leave, in milliseconds from the start; asked in rising order
 */
export function sameRequests(
  first: Endings,
  arm: Endings,
  requests: number,
  plannedAt: (index: number) => number,
  isAfterTrouble: IsAfterTrouble,
): SameRequests {
  const alike = new Map<Outcome, { first: Histogram; arm: Histogram }>()
  const refused = { first: new Histogram(), arm: new Histogram() }
  const lost = { answers: 0, refused: 0, afterTrouble: 0 }
  const compared = Math.min(requests, first.size, arm.size)
  for (let index = 0; index < compared; index++) {
    const [before, after] = [first.outcome(index), arm.outcome(index)]
    if (before === null || after === null) continue
    if (after === 'shortCircuited' && before !== after) {
      refused.first.record(first.ms(index))
      refused.arm.record(arm.ms(index))
    }
    if (before === after) {
      const both = alike.get(before) ?? { first: new Histogram(), arm: new Histogram() }
      alike.set(before, both)
      both.first.record(first.ms(index))
      both.arm.record(arm.ms(index))
    } else if (isUseful(before) && !isUseful(after)) {
      lost.answers++
      if (after !== 'shortCircuited') continue
      lost.refused++
      if (isAfterTrouble(plannedAt(index))) lost.afterTrouble++
    }
  }
  return {
    latencies: Object.fromEntries(
      [...alike].map(([outcome, { first, arm }]) => [outcome, { first: first.buckets(), arm: arm.buckets() }]),
    ),
    refused:
      refused.arm.count === 0
        ? null
        : {
            requests: refused.arm.count,
            p50Ms: refused.arm.quantile(0.5) ?? 0,
            firstP50Ms: refused.first.quantile(0.5) ?? 0,
          },
    lost,
  }
}

function isUseful(outcome: Outcome): boolean {
  return outcome === 'success' || outcome === 'fromCache'
}
