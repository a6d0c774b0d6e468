/** How each arm differs from the first: what a result keeps, and what verdicts and tables read. */

import { type Span, spanWith } from '../../../server/console/wording/spans.js'
import { ARM_OUTCOMES } from '../../../server/runs/counters.ts'
import type { ArmDifference, ArmResult, Outcomes, Unjudged } from '../result.ts'
import { pairedInterval, total, usefulDifference, wastedDifference } from './figures.ts'
import { type ComparedFigure, daysOfArm, sameDays } from './other-days.ts'
import { type Bins, percentileDifference } from './percentiles.ts'
import type { Pairs } from './statistics.ts'

export { type Span, spanOf, spanWith } from '../../../server/console/wording/spans.js'

/** What is known of the requests that both arms had: see the members of the same names in a result. */
export interface SameRequests extends Required<Pick<ArmDifference, 'refused' | 'lost'>> {
  /** Latencies of the requests that ended alike in both arms, by how they ended. */
  readonly latencies: Readonly<Partial<Record<keyof Outcomes, { readonly first: Bins; readonly arm: Bins }>>>
}

/** How an arm compares with the first one request by request. */
export interface Comparison {
  /** A is the first arm; null where the two did not meet the same fates. */
  readonly pairs: Pairs | null
  /** Null where it is not known which requests are the same. */
  readonly same: SameRequests | null
  /** Whether each request fails on its own in both arms, whatever became of others. */
  readonly independent?: boolean
}

/** The percentiles that are compared, by their name in a result. */
const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const

/** Each arm but the first against the first, in their order: as the result has them, or worked out for one that has none. */
export function differencesOf(result: Unjudged): readonly ArmDifference[] {
  if (result.differences) return result.differences
  const { pairs } = result
  const [first, ...others] = result.arms
  return others.map(arm => {
    const paired = pairs && pairs.a === first?.name && pairs.b === arm.name
    return differenceOf(result.seed, first ?? arm, arm, { pairs: paired ? pairs : null, same: null })
  })
}

/** An arm against the first; `seed` is that of the intervals' draws. */
export function differenceOf(
  seed: string,
  first: ArmResult,
  arm: ArmResult,
  { pairs, same, independent = false }: Comparison,
): ArmDifference {
  const points = usefulDifference(first, arm)
  const exact = (value: number | null) => (value === null ? null : { value })
  const sameNumber = total(first.outcomes) === total(arm.outcomes)
  return {
    arm: arm.name,
    against: first.name,
    usefulPoints:
      points === null || !independent || !pairs ? exact(points) : { value: points, ci95: pairedInterval(pairs) },
    wastedCalls: exact(wastedDifference(first, arm)),
    calls: exact(sameNumber ? arm.upstream.calls - first.upstream.calls : null),
    latencyMs: latencies(seed, same?.latencies ?? wholeLatencies(first, arm)),
    ...(pairs
      ? { pairs: { both: pairs.both, onlyFirst: pairs.onlyA, onlyArm: pairs.onlyB, neither: pairs.neither } }
      : {}),
    ...(same ? { compared: comparedOf(same), refused: same.refused } : {}),
    // Where the fates were others, an answer that only the first one got was luck, and not lost.
    ...(same && pairs ? { lost: same.lost } : {}),
  }
}

/** Two arms of a result, whichever they are; null where they cannot be compared. */
export function spanBetween({ otherDays }: Days, from: ArmResult, to: ArmResult, of: ComparedFigure): Span | null {
  const value = of === 'usefulPoints' ? usefulDifference(from, to) : wastedDifference(from, to)
  const [before, after] = [daysOfArm(otherDays, from.name), daysOfArm(otherDays, to.name)]
  return value === null ? null : spanWith(value, before && after && sameDays(before, after, of))
}

type Days = Pick<Unjudged, 'otherDays'>

/** All latencies of two arms are of the same requests only where none was refused in either, nor answered by a cache. */
function wholeLatencies(first: ArmResult, arm: ArmResult): SameRequests['latencies'] {
  if ([first, arm].some(({ outcomes }) => outcomes.shortCircuited + outcomes.fromCache > 0)) return {}
  return Object.fromEntries(
    ARM_OUTCOMES.map(outcome => [
      outcome,
      { first: first.histogramMs?.[outcome] ?? [], arm: arm.histogramMs?.[outcome] ?? [] },
    ]),
  )
}

/** Only of outcomes whose whole distribution is known of both. */
function latencies(seed: string, known: SameRequests['latencies']): ArmDifference['latencyMs'] {
  const compared: ArmDifference['latencyMs'] = {}
  for (const outcome of ARM_OUTCOMES) {
    const { first = [], arm = [] } = known[outcome] ?? {}
    if (first.length === 0 || arm.length === 0) continue
    const of = (quantile: number) => percentileDifference(first, arm, quantile, seed)
    compared[outcome] = { p50: of(QUANTILES.p50), p95: of(QUANTILES.p95), p99: of(QUANTILES.p99) }
  }
  return compared
}

function comparedOf({ latencies }: SameRequests): NonNullable<ArmDifference['compared']> {
  return Object.fromEntries(
    ARM_OUTCOMES.map(outcome => [outcome, (latencies[outcome]?.arm ?? []).reduce((sum, [, count]) => sum + count, 0)]),
  )
}
