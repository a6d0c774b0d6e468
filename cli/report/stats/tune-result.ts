/** The result of `chaos tune`: the settings that came through, what each comes to on other days, and which to take. */

import { z } from 'zod'
import { conditionsSchema, loadSchema } from '../../../server/experiments/spec.ts'

const figure = z
  .object({
    mean: z.number(),
    low: z.number().nullable(),
    high: z.number().nullable(),
  })
  .describe('over the days; 95 % of other days lie from `low` to `high`, which are null where the days are too few')

/** A mean of differences between two arms on the same days. */
export const gainSchema = z.object({
  mean: z.number(),
  ci95: z.tuple([z.number(), z.number()]).describe('of the mean'),
})

export const trialSchema = z.object({
  arm: z.string().describe('the expression, as --arms takes it'),
  days: z.int().positive(),
  useful: figure.describe('percent of the requests'),
  wasted: figure.describe('calls that were made and failed'),
  recoveryMs: figure
    .nullable()
    .describe('null where it did not recover on every day, or there was nothing to recover from'),
  recovered: z.int().nonnegative().describe('days on which it recovered'),
  score: z.number().describe('useful less wasted / worth, in percent of the requests'),
  gain: gainSchema.describe('its score less that of `none`, in points'),
  unbeaten: z.boolean().describe('no other of these is as good in useful, wasted and recovery'),
})

export const tuneSchema = z.object({
  schema: z.literal(1),
  command: z.literal('tune'),
  title: z.string().optional(),
  seed: z.string(),
  interrupted: z.boolean(),
  arm: z.string().describe('whose settings were looked for; what it says itself was not changed'),
  load: loadSchema,
  conditions: conditionsSchema,
  worth: z.number().positive().describe('so many wasted calls weigh as much as one useful answer'),
  edgeMs: z.number().nonnegative().describe('the edges of trouble were moved by up to so many milliseconds'),
  candidates: z.int().nonnegative(),
  rounds: z
    .array(z.object({ candidates: z.int().positive(), days: z.int().positive() }))
    .describe('of the search: how many were tried, on how many days each in all'),
  days: z
    .int()
    .nonnegative()
    .describe('on which `trials` were measured; none of them was one of the search unless `interrupted`'),
  references: z.array(trialSchema).describe('none, the arm without its breaker, and the arm as it was given'),
  trials: z.array(trialSchema).describe('the candidates that came through, the highest score first'),
  recommendation: z
    .object({
      code: z.enum(['take', 'without-breaker', 'none']),
      arm: z.string().describe('what to take'),
      best: z.string().describe('the best of the candidates, which is not to be taken unless it is `arm`'),
      gain: gainSchema.describe('of the best over what it is measured against, in points of the score'),
      against: z.string(),
      live: z.string().describe('the command that tries it live'),
    })
    .nullable()
    .describe('null where the work was stopped before anything was measured'),
})

export type Figure = z.infer<typeof figure>
export type Gain = z.infer<typeof gainSchema>
export type Trial = z.infer<typeof trialSchema>
export type Tuning = z.infer<typeof tuneSchema>

/** What decides whether one set of settings beats another. */
export interface Objectives {
  /** More is better. */
  readonly useful: number
  /** Less is better. */
  readonly wasted: number
  /** Less is better; the same for all where there is nothing to recover from. */
  readonly recoveryMs: number
}

/** Whether `a` is as good as `b` in all respects, or better. */
export function isAsGood(a: Objectives, b: Objectives): boolean {
  return a.useful >= b.useful && a.wasted <= b.wasted && a.recoveryMs <= b.recoveryMs
}

/** The positions of those that no other dominates, rising; of several that are the same in all respects, the first. */
export function paretoFront(points: readonly Objectives[]): number[] {
  const order = [...points.keys()].sort((a, b) => {
    const [first, second] = [points[a], points[b]]
    if (!first || !second) return 0
    const byUseful = second.useful - first.useful || first.wasted - second.wasted
    return byUseful || first.recoveryMs - second.recoveryMs || a - b
  })
  const front: number[] = []
  // Whatever dominates a point comes before it in this order.
  for (const index of order) {
    const point = points[index]
    if (point && !front.some(other => isAsGood(points[other] ?? point, point))) front.push(index)
  }
  return front.sort((a, b) => a - b)
}

const NORMAL_95 = 1.96

/** The mean of differences between pairs, with its 95 % interval by the normal distribution; [mean, mean] of a single one. */
export function meanGain(differences: readonly number[]): Gain {
  const count = differences.length
  const mean = differences.reduce((sum, value) => sum + value, 0) / Math.max(1, count)
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const half = count < 2 ? 0 : NORMAL_95 * Math.sqrt(squares / (count - 1) / count)
  return { mean, ci95: [mean - half, mean + half] }
}

/** Whether the first of the two is better, beyond what may be chance. */
export function isClear({ ci95: [low] }: Gain): boolean {
  return low > 0
}
