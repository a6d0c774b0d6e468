/** Constructed results for the tests of the reports. */

import type { ArmResult, LatencySummary, Outcomes, Sent, Series, Unjudged } from '../../../cli/report/result.ts'
import { differenceOf, type SameRequests } from '../../../cli/report/stats/differences.ts'
import { total, useful } from '../../../cli/report/stats/figures.ts'
import { otherDays } from '../../../cli/report/stats/other-days.ts'

const nothing: LatencySummary = { count: 0, p50: null, p95: null, p99: null, max: null }

export function latency(count: number, p50: number): LatencySummary {
  return count === 0 ? nothing : { count, p50, p95: p50 * 2, p99: p50 * 3, max: p50 * 4 }
}

export function outcomes(part: Partial<Outcomes>): Outcomes {
  return { success: 0, failed: 0, shortCircuited: 0, fromCache: 0, ...part }
}

/** Quarter seconds with the same counts in each, from a list of `[how many, counts]`. */
export function series(...spells: readonly (readonly [number, Partial<Series[number]>])[]): Series {
  return spells
    .flatMap(([length, counts]) => Array.from({ length }, () => counts))
    .map((counts, index) => ({
      atMs: index * 250,
      success: 0,
      failed: 0,
      shortCircuited: 0,
      fromCache: 0,
      calls: (counts.success ?? 0) + (counts.failed ?? 0),
      wasted: counts.failed ?? 0,
      ...counts,
    }))
}

/** Requests by when they were to leave, in steps of 50 ms, from a list of `[how many quarter seconds, requests, useful ones]` of each step. */
export function sent(...spells: readonly (readonly [number, number, number])[]): Sent {
  return spells
    .flatMap(([quarters, requests, useful]) => Array.from({ length: quarters * 5 }, () => ({ requests, useful })))
    .map((counts, index) => ({ atMs: index * 50, ...counts }))
}

export function arm(name: string, counts: Partial<Outcomes>, rest: Partial<ArmResult> = {}): ArmResult {
  const all = outcomes(counts)
  const sum = all.success + all.failed + all.shortCircuited + all.fromCache
  return {
    name,
    outcomes: all,
    upstream: { calls: all.success + all.failed, wasted: all.failed },
    latencyMs: {
      all: latency(sum, 12),
      success: latency(all.success, 12),
      failed: latency(all.failed, 14),
      shortCircuited: latency(all.shortCircuited, 0.2),
      fromCache: latency(all.fromCache, 0.3),
    },
    states: [],
    recoveryMs: null,
    recovered: null,
    failures: all.failed > 0 ? { status: all.failed } : {},
    series: [],
    ...rest,
  }
}

/** Days on which each request of an arm fails by itself as often as in the run, each arm for itself; `spread` 1 is that of chance. */
export function daysAround(arms: readonly ArmResult[], spread = 0.25, first = 0): NonNullable<Unjudged['otherDays']> {
  const count = 199
  const days = Array.from({ length: count }, (_, day) =>
    arms.map(({ outcomes, upstream, recoveryMs }, number) => {
      const index = first + number
      const requests = total(outcomes)
      const good = useful(outcomes)
      // The quantiles of a normal distribution, in another order in each arm.
      const place = (day * (index === 0 ? 1 : 37 + 24 * index) + 11 * index) % count
      const z = spread * Math.sqrt(2) * probit((place + 0.5) / count)
      const share = requests === 0 ? 0 : good / requests
      const moved = Math.round(good + z * Math.sqrt(requests * share * (1 - share)))
      const wasted = Math.round(upstream.wasted - z * Math.sqrt(upstream.wasted))
      return { requests, useful: Math.max(0, Math.min(requests, moved)), wasted: Math.max(0, wasted), recoveryMs }
    }),
  )
  return otherDays(
    arms.map(({ name }) => name),
    days,
    { basis: 'simulated', varied: ['all'], method: 'constructed' },
  )
}

/** Of the normal distribution over the root of two, by its logistic approximation. */
function probit(share: number): number {
  return Math.log(share / (1 - share)) / 1.702 / Math.SQRT2
}

export function result(arms: readonly ArmResult[], rest: Partial<Unjudged> = {}): Unjudged {
  return {
    schema: 1,
    command: arms.length > 1 ? 'compare' : 'burst',
    seed: '42',
    target: 'http://127.0.0.1:8000',
    startedAt: '2026-01-02T03:04:05.000Z',
    interrupted: false,
    load: {
      requests: 300,
      concurrency: 10,
      everyMs: 100,
      timeoutMs: 2_000,
      durationMs: 3_012,
      late: 0,
      lagMs: { p99: 0.4, max: 1.1 },
    },
    trouble: [],
    pairs: null,
    arms: [...arms],
    otherDays: daysAround(arms),
    ...rest,
  }
}

/** Independent failures at 30 %, where a breaker does harm. */
export const coinFlips = result(
  [
    arm('none', { success: 207, failed: 93 }, { series: series([12, { success: 17, failed: 8 }]) }),
    arm(
      'breaker',
      { success: 100, failed: 45, shortCircuited: 155 },
      {
        states: [
          { atMs: 0, state: 'closed' },
          { atMs: 420, state: 'open' },
          { atMs: 1_425, state: 'half-open' },
          { atMs: 1_440, state: 'closed' },
          { atMs: 1_800, state: 'open' },
        ],
        series: series(
          [2, { success: 17, failed: 8 }],
          [3, { shortCircuited: 25 }],
          [3, { success: 18, failed: 7 }],
          [4, { shortCircuited: 25 }],
        ),
      },
    ),
  ],
  { pairs: { a: 'none', b: 'breaker', both: 100, onlyA: 107, onlyB: 0, neither: 93 } },
)

/** An outage from 2 s to 6 s of 8 s. */
export const outage = result(
  [
    arm(
      'none',
      { success: 400, failed: 400 },
      {
        series: series([8, { success: 25 }], [16, { failed: 25 }], [8, { success: 25 }]),
        recoveryMs: 0,
        recovered: true,
      },
    ),
    arm(
      'breaker',
      { success: 385, failed: 20, shortCircuited: 395 },
      {
        states: [
          { atMs: 0, state: 'closed' },
          { atMs: 2_105, state: 'open' },
          { atMs: 3_105, state: 'half-open' },
          { atMs: 3_120, state: 'open' },
          { atMs: 4_120, state: 'half-open' },
          { atMs: 4_135, state: 'open' },
          { atMs: 5_135, state: 'half-open' },
          { atMs: 5_150, state: 'open' },
          { atMs: 6_150, state: 'half-open' },
          { atMs: 6_160, state: 'closed' },
        ],
        series: series(
          [8, { success: 25 }],
          [1, { failed: 15, shortCircuited: 10 }],
          [15, { shortCircuited: 25 }],
          [1, { success: 10, shortCircuited: 15 }],
          [7, { success: 25 }],
        ),
        recoveryMs: 250,
        recovered: true,
      },
    ),
  ],
  {
    load: {
      requests: 800,
      concurrency: 10,
      everyMs: 100,
      timeoutMs: 2_000,
      durationMs: 8_000,
      late: 0,
      lagMs: { p99: 0.4, max: 1.1 },
    },
    trouble: [{ fromMs: 2_000, toMs: 6_000, what: 'outage 100 %' }],
    pairs: { a: 'none', b: 'breaker', both: 385, onlyA: 15, onlyB: 0, neither: 400 },
  },
)

/** A result of two arms that tells what became of the requests that the second one refused or lost. */
export function told(run: Unjudged, same: Partial<SameRequests>): Unjudged {
  const [first, last] = run.arms
  if (!first || !last) return run
  const whole = { latencies: {}, refused: null, lost: { answers: 0, refused: 0, afterTrouble: 0 }, ...same }
  return { ...run, differences: [differenceOf(run.seed, first, last, { pairs: run.pairs, same: whole })] }
}

export const toldCoinFlips = told(coinFlips, {
  refused: { requests: 155, p50Ms: 0.2, firstP50Ms: 12 },
  lost: { answers: 107, refused: 107, afterTrouble: 0 },
})

export const toldOutage = told(outage, {
  refused: { requests: 395, p50Ms: 0.2, firstP50Ms: 14 },
  lost: { answers: 15, refused: 15, afterTrouble: 14 },
})
