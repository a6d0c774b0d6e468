/** The result of a sweep: every combination of settings that was tried, and which of them nothing else beats. */

import { z } from 'zod'
import { type ArmResult, resultSchema } from '../result.ts'
import { total, useful, usefulShare } from './figures.ts'
import { wilson } from './statistics.ts'

const { load, trouble, seed, target, startedAt, interrupted } = resultSchema.shape

export const sweepPointSchema = z.object({
  settings: z.record(z.string(), z.string()).describe('what was varied, as it was typed: threshold 40, open-for 2s'),
  arm: z.string(),
  requests: z.int().nonnegative(),
  useful: z.number().nullable().describe('percent of the requests; null where there were none'),
  ci95: z.tuple([z.number(), z.number()]).describe('of the useful share, in percent (Wilson)'),
  calls: z.int().nonnegative(),
  wasted: z.int().nonnegative(),
  p95Ms: z.number().nonnegative().nullable().describe('of successes'),
  recoveryMs: z.number().nonnegative().nullable(),
  recovered: z.boolean().nullable(),
})

export const sweepSchema = z.object({
  schema: z.literal(1),
  command: z.literal('sweep'),
  title: z.string().optional(),
  seed,
  target,
  startedAt,
  interrupted,
  load,
  trouble,
  baseline: sweepPointSchema.nullable().describe('the same load without a breaker, where it was run'),
  points: z.array(sweepPointSchema),
})

export type SweepPoint = z.infer<typeof sweepPointSchema>
export type Sweep = z.infer<typeof sweepSchema>

/** What a sweep keeps of one arm. */
export function sweepPoint(settings: Readonly<Record<string, string>>, arm: ArmResult): SweepPoint {
  const share = usefulShare(arm.outcomes)
  const [low, high] = wilson(useful(arm.outcomes), total(arm.outcomes))
  return {
    settings: { ...settings },
    arm: arm.name,
    requests: total(arm.outcomes),
    useful: share === null ? null : share * 100,
    ci95: [low * 100, high * 100],
    calls: arm.upstream.calls,
    wasted: arm.upstream.wasted,
    p95Ms: arm.latencyMs.success.p95,
    recoveryMs: arm.recoveryMs,
    recovered: arm.recovered,
  }
}

/**
 * Whether each point is Pareto-optimal: no other is at least as good in useful share, wasted calls and recovery, and
 * better in one of them. Points that never recovered are worse than any that did; without trouble recovery is left out.
 */
export function paretoOptimal(points: readonly SweepPoint[]): boolean[] {
  const scores = points.map(point => [-(point.useful ?? -1), point.wasted, recoveryScore(point)])
  return scores.map(mine => !scores.some(other => beats(other, mine)))
}

/**
 * The point to recommend: within one point of the best useful share, the one that wastes least, then the one that
 * recovers soonest, then the first; undefined without points.
 */
export function recommended(points: readonly SweepPoint[]): SweepPoint | undefined {
  const best = Math.max(...points.map(point => point.useful ?? -1))
  return points
    .filter(point => (point.useful ?? -1) >= best - 1)
    .sort((a, b) => a.wasted - b.wasted || recoveryScore(a) - recoveryScore(b))[0]
}

function recoveryScore({ recovered, recoveryMs }: SweepPoint): number {
  return recovered === false ? Number.MAX_VALUE : (recoveryMs ?? 0)
}

function beats(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => value <= (b[index] ?? 0)) && a.some((value, index) => value < (b[index] ?? 0))
}
