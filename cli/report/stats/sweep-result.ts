/** The result of a sweep: every combination of settings that was tried, and which of them nothing else beats. */

import { z } from 'zod'
import { type ArmResult, type Result, resultSchema } from '../result.ts'
import { spanWith } from './differences.ts'
import { total, usefulShare } from './figures.ts'
import { type ComparedFigure, daysOfArm, sameDays } from './other-days.ts'

const { load, trouble, seed, target, startedAt, interrupted, otherDays } = resultSchema.shape

export const sweepPointSchema = z.object({
  settings: z.record(z.string(), z.string()).describe('what was varied, as it was typed: threshold 40, open-for 2s'),
  arm: z.string(),
  requests: z.int().nonnegative(),
  useful: z.number().nullable().describe('percent of the requests; null where there were none'),
  calls: z.int().nonnegative(),
  wasted: z.int().nonnegative(),
  p95Ms: z.number().nonnegative().nullable().describe('of successes'),
  recoveryMs: z.number().nonnegative().nullable(),
  recovered: z.boolean().nullable(),
  otherDays: otherDays.describe('of this arm alone; every combination meets the same days'),
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

/** What a sweep keeps of one arm and its other days. */
export function sweepPoint(
  settings: Readonly<Record<string, string>>,
  arm: ArmResult,
  otherDays?: Result['otherDays'],
): SweepPoint {
  const share = usefulShare(arm.outcomes)
  return {
    settings: { ...settings },
    arm: arm.name,
    requests: total(arm.outcomes),
    useful: share === null ? null : share * 100,
    calls: arm.upstream.calls,
    wasted: arm.upstream.wasted,
    p95Ms: arm.latencyMs.success.p95,
    recoveryMs: arm.recoveryMs,
    recovered: arm.recovered,
    ...(otherDays ? { otherDays } : {}),
  }
}

/**
 * Whether each point is unbeaten: no other is clearly better in useful share, wasted calls or recovery without being clearly
 * worse in another of them: on other days too, as far as these are known. What other days may turn round beats nothing. A point that never recovered is worse than any that did; without
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
  const respects = [moreUseful(a, b), -clearly(a.wasted - b.wasted, a, b, 'wastedCalls'), sooner(a, b)]
  return respects.some(better => better > 0) && respects.every(better => better >= 0)
}

/** 1 where `a` has clearly more useful answers, -1 where it has clearly fewer. */
function moreUseful(a: SweepPoint, b: SweepPoint): number {
  return clearly((a.useful ?? 0) - (b.useful ?? 0), a, b, 'usefulPoints')
}

/** The sign of a difference that other days leave no doubt of, else 0. */
function clearly(difference: number, a: SweepPoint, b: SweepPoint, figure: ComparedFigure): number {
  const [from, to] = [daysOf(b), daysOf(a)]
  return spanWith(difference, from && to && sameDays(from, to, figure)).clear ? Math.sign(difference) : 0
}

function daysOf({ otherDays }: SweepPoint) {
  return daysOfArm(otherDays, otherDays?.arms[0]?.name ?? '')
}

function sooner(a: SweepPoint, b: SweepPoint): number {
  const later = recoveryScore(b) - recoveryScore(a)
  return Math.abs(later) < SAME_RECOVERY_MS ? 0 : Math.sign(later)
}

function recoveryScore({ recovered, recoveryMs }: SweepPoint): number {
  return recovered === false ? Number.MAX_VALUE : (recoveryMs ?? 0)
}
