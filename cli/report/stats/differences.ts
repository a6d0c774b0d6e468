/** How each arm differs from the first: what a result keeps, and what verdicts and tables read. */

import { ARM_OUTCOMES } from '../../../server/runs/counters.ts'
import type { ArmDifference, ArmResult, Unjudged } from '../result.ts'
import { countsDifference, total, usefulDifference, wastedDifference } from './figures.ts'
import { percentileDifference } from './percentiles.ts'

type LatencyDifferences = ArmDifference['latencyMs']

/** The percentiles that are compared, by their name in a result. */
const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const

/** Each arm but the first against the first, in their order: as the result has them, or worked out for one that has none. */
export function differencesOf(result: Unjudged): readonly ArmDifference[] {
  if (result.differences) return result.differences
  const [first, ...others] = result.arms
  return first ? others.map(arm => differenceOf(result, first, arm)) : []
}

function differenceOf(result: Unjudged, first: ArmResult, arm: ArmResult): ArmDifference {
  const { pairs } = result
  const paired = pairs && pairs.a === first.name && pairs.b === arm.name
  return {
    arm: arm.name,
    against: first.name,
    usefulPoints: usefulDifference(result, first, arm),
    wastedCalls: wastedDifference(first, arm),
    calls:
      total(first.outcomes) === total(arm.outcomes) ? countsDifference(first.upstream.calls, arm.upstream.calls) : null,
    latencyMs: latencies(result.seed, first, arm),
    ...(paired
      ? { pairs: { both: pairs.both, onlyFirst: pairs.onlyA, onlyArm: pairs.onlyB, neither: pairs.neither } }
      : {}),
  }
}

/** Only of outcomes whose whole distribution is known of both. */
function latencies(seed: string, first: ArmResult, arm: ArmResult): LatencyDifferences {
  const compared: LatencyDifferences = {}
  for (const outcome of ARM_OUTCOMES) {
    const [before, after] = [first.histogramMs?.[outcome], arm.histogramMs?.[outcome]]
    if (!before?.length || !after?.length) continue
    const of = (quantile: number) => percentileDifference(before, after, quantile, seed)
    compared[outcome] = { p50: of(QUANTILES.p50), p95: of(QUANTILES.p95), p99: of(QUANTILES.p99) }
  }
  return compared
}
