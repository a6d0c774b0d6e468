/** The flow of a run: some of its requests one by one, when each left, how long it took and how it ended. */

import { z } from 'zod'
import { MAX_ARMS, MAX_FLOW_DOTS, MAX_LIVE_DOTS } from '../config/limits.ts'
import { boundedList } from './bounded.ts'

/** How a request ended, as a dot has it; 4 is a failure that blames the request or the caller, not the upstream. */
export const DOT_OUTCOME = { underWay: -1, success: 0, failed: 1, shortCircuited: 2, fromCache: 3, ignored: 4 } as const

/** Milliseconds of a week. */
const WEEK_MS = 604_800_000

const moment = z.number().min(0).max(WEEK_MS)

const dotSchema = z
  .tuple([
    z
      .int()
      .min(0)
      .max(MAX_ARMS - 1)
      .describe('arm, by its position in the run'),
    z.int().min(0).max(1e9).describe('request, by its number in the schedule'),
    moment.describe('when it left, in milliseconds since the start of the run'),
    z.number().min(-1).max(WEEK_MS).describe('milliseconds until it ended; -1 while it is under way'),
    z
      .int()
      .min(DOT_OUTCOME.underWay)
      .max(DOT_OUTCOME.ignored)
      .describe(
        '0 success, 1 failed, 2 short-circuited, 3 from the cache, 4 failed in a way that does not blame the upstream, -1 under way',
      ),
    z.int().min(0).max(10_000).describe('calls that were made for it so far'),
    z.int().min(0).max(1).describe('1 if a test call of the half-open state was among them'),
  ])
  .describe('a request: arm, index, sentMs, tookMs, outcome, attempts, probe')

const flowOf = (maxDots: number) =>
  z.strictObject({
    every: z.int().min(1).max(1e9).describe('each so many-th request is told, and those with a test call'),
    dots: boundedList(dotSchema, maxDots),
  })

/** Of a step of a live run: what ended since the step before, and what has been under way since then. */
export const liveFlowSchema = flowOf(MAX_LIVE_DOTS)

/** Of a result: what ended. */
export const flowSchema = flowOf(MAX_FLOW_DOTS)

export type Dot = z.infer<typeof dotSchema>

export interface Flow {
  readonly every: number
  readonly dots: readonly Dot[]
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that is no less than `least`. */
export function everyFor(least: number): number {
  let power = 1
  while (power * 10 < least) power *= 10
  return power * ([1, 2, 5, 10].find(factor => power * factor >= least) ?? 10)
}

/** The next of those numbers of which `every` is a divisor. */
export function coarser(every: number): number {
  return every * (String(every).startsWith('2') ? 5 : 2)
}

/** The same with `max` dots at the most: fewer requests, and of test calls the latest where they alone are more. */
export function thinned({ every, dots }: Flow, max: number): Flow {
  if (dots.length <= max) return { every, dots }
  const least = dots.filter(([, index, , , , , probe]) => probe === 1 || index === 0)
  if (least.length >= max) return { every, dots: least.slice(-max) }
  const next = coarser(every)
  return thinned(
    { every: next, dots: dots.filter(([, index, , , , , probe]) => probe === 1 || index % next === 0) },
    max,
  )
}
