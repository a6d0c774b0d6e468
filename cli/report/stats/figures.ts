/** The figures that every report shows, worked out from the counts of an arm. */

import type { ArmResult, Difference, Outcomes } from '../result.ts'
import { countDifference, includesZero, independentDifference, type Pairs, pairedDifference } from './statistics.ts'

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

/**
 * The useful share of `to` less that of `from`, in percentage points, with its 95 % interval: by their pairs (A is `from`)
 * where these are known, else as two independent samples. Null where an arm has no requests.
 * It takes requests for independent of each other: it says how sure this run is, not what other outages would do.
 */
export function usefulDifference(from: ArmResult, to: ArmResult, pairs: Pairs | null = null): Difference | null {
  const [before, after] = [usefulShare(from.outcomes), usefulShare(to.outcomes)]
  if (before === null || after === null) return null
  const interval =
    pairs && pairs.both + pairs.onlyA + pairs.onlyB + pairs.neither > 0
      ? pairedDifference({ ...pairs, onlyA: pairs.onlyB, onlyB: pairs.onlyA })
      : independentDifference(useful(to.outcomes), total(to.outcomes), useful(from.outcomes), total(from.outcomes))
  const ci95: Difference['ci95'] = [Math.max(-100, 100 * interval[0]), Math.min(100, 100 * interval[1])]
  return { value: 100 * (after - before), ci95, clear: !includesZero(ci95) }
}

/**
 * Wasted calls of `to` less those of `from`, with an interval that holds where both arms had the same requests to make.
 * Null where they had not.
 */
export function wastedDifference(from: ArmResult, to: ArmResult): Difference | null {
  if (total(from.outcomes) !== total(to.outcomes)) return null
  return countsDifference(from.upstream.wasted, to.upstream.wasted)
}

/** A count less another, of calls over the same requests. */
export function countsDifference(before: number, after: number): Difference {
  const ci95 = countDifference(after, before)
  return { value: after - before, ci95, clear: !includesZero(ci95) }
}
