/** The figures that every report shows, worked out from the counts of an arm. */

import type { ArmResult, Outcomes } from '../result.ts'
import { type Pairs, pairedDifference } from './statistics.ts'

/** Requests that ended, whatever became of them. */
export function total(outcomes: Outcomes): number {
  return outcomes.success + outcomes.failed + outcomes.shortCircuited + outcomes.fromCache
}

/** Requests whose caller got a product: successes and answers from the cache. */
export function useful(outcomes: Outcomes): number {
  return outcomes.success + outcomes.fromCache
}

/** Useful answers as a share of all requests, 0 to 1; null where there were none. */
export function usefulShare(outcomes: Outcomes): number | null {
  const all = total(outcomes)
  return all === 0 ? null : useful(outcomes) / all
}

/** Successful requests of an arm whose answer was a 404; 0 where the result does not tell statuses. */
export function notFound({ statuses }: Pick<ArmResult, 'statuses'>): number {
  return statuses?.['404'] ?? 0
}

/** Whether every success of an arm was a 404: an answer, but to nobody's use. */
export function foundNothing(arm: Pick<ArmResult, 'outcomes' | 'statuses'>): boolean {
  return arm.outcomes.success > 0 && notFound(arm) >= arm.outcomes.success
}

/** Upstream calls per request; null where there were no requests. */
export function amplification(arm: ArmResult): number | null {
  const all = total(arm.outcomes)
  return all === 0 ? null : arm.upstream.calls / all
}

/** Whether the arm's circuit ever was open. */
export function opened(arm: ArmResult): boolean {
  return openedAt(arm) !== null
}

/** When the arm's circuit first opened, in milliseconds from the start; null where it never did. */
export function openedAt({ states }: ArmResult): number | null {
  return states.find(({ state }) => state === 'open' || state === 'forced-open')?.atMs ?? null
}

/** The useful share of `to` less that of `from`, in percentage points; null where an arm has no requests. */
export function usefulDifference(from: ArmResult, to: ArmResult): number | null {
  const [before, after] = [usefulShare(from.outcomes), usefulShare(to.outcomes)]
  return before === null || after === null ? null : 100 * (after - before)
}

/** Wasted calls of `to` less those of `from`; null where the two had not the same requests to make. */
export function wastedDifference(from: ArmResult, to: ArmResult): number | null {
  return total(from.outcomes) === total(to.outcomes) ? to.upstream.wasted - from.upstream.wasted : null
}

/**
 * The 95 % interval of the mean difference in points, by pairs of which A is the first arm. It takes requests for independent of
 * each other, which they are where no circuit, outage or queue connects them.
 */
export function pairedInterval({ both, onlyA, onlyB, neither }: Pairs): [number, number] {
  const [low, high] = pairedDifference({ both, onlyA: onlyB, onlyB: onlyA, neither })
  return [Math.max(-100, 100 * low), Math.min(100, 100 * high)]
}
