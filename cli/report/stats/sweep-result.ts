/** The result of a sweep: every combination of settings that was tried, and which of them nothing else beats. */

import { z } from 'zod'
import { type ArmResult, resultSchema } from '../result.ts'
import { total, useful, usefulShare } from './figures.ts'
import { countDifference, type Interval, includesZero, independentDifference, wilson } from './statistics.ts'

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
 * Whether each point is unbeaten: no other is clearly better in useful share, wasted calls or recovery without being clearly
 * worse in another of them. What may be chance beats nothing. A point that never recovered is worse than any that did; without
 * trouble recovery is left out. The one to recommend is always among them.
 */
export function paretoOptimal(points: readonly SweepPoint[]): boolean[] {
  const pick = recommended(points)
  return points.map(mine => mine === pick || !points.some(other => beats(other, mine)))
}

/**
 * The point to recommend: of those that none has clearly more useful answers than, the one that wastes least, then the one
 * that recovers soonest, then the first; undefined without points.
 */
export function recommended(points: readonly SweepPoint[]): SweepPoint | undefined {
  return points
    .filter(point => !points.some(other => moreUseful(other, point) > 0))
    .sort((a, b) => a.wasted - b.wasted || recoveryScore(a) - recoveryScore(b))[0]
}

/** Whether the load without a breaker has clearly more useful answers than a point, and what it saves is no reason to take it. */
export function noneIsBetter(baseline: SweepPoint | null, best: SweepPoint): boolean {
  return baseline !== null && moreUseful(baseline, best) > 0
}

/** Recoveries that lie this close to each other are not told apart, in milliseconds. */
const SAME_RECOVERY_MS = 500

function beats(a: SweepPoint, b: SweepPoint): boolean {
  const respects = [moreUseful(a, b), -sign(countDifference(a.wasted, b.wasted)), sooner(a, b)]
  return respects.some(better => better > 0) && respects.every(better => better >= 0)
}

/** 1 where `a` has clearly more useful answers, -1 where it has clearly fewer. */
function moreUseful(a: SweepPoint, b: SweepPoint): number {
  const hits = ({ useful, requests }: SweepPoint) => Math.round(((useful ?? 0) * requests) / 100)
  return sign(independentDifference(hits(a), a.requests, hits(b), b.requests))
}

function sooner(a: SweepPoint, b: SweepPoint): number {
  const later = recoveryScore(b) - recoveryScore(a)
  return Math.abs(later) < SAME_RECOVERY_MS ? 0 : Math.sign(later)
}

function recoveryScore({ recovered, recoveryMs }: SweepPoint): number {
  return recovered === false ? Number.MAX_VALUE : (recoveryMs ?? 0)
}

function sign(interval: Interval): number {
  return includesZero(interval) ? 0 : Math.sign(interval[0])
}
