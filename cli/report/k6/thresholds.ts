/** Expectations as k6 thresholds, as far as k6 can judge them. */

import { type Exported, exportedExpectations } from '../export/export.ts'
import type { Result } from '../result.ts'

/** Thresholds by metric of the script, and the expectations that a script without a breaker cannot judge. */
export interface K6Thresholds {
  readonly thresholds: Readonly<Record<string, string[]>>
  readonly left: readonly string[]
}

/** Thresholds are fixed before anybody names an arm, so they are those of the arm `none`, or of whatever the only arm was. */
const PLAIN = 'none'

/** Metrics of the script that count, and those that are rates, by the name of the measure. */
const COUNTERS: Readonly<Record<string, string>> = {
  useful: 'useful_answers',
  success: 'useful_answers',
  failed: 'failed_answers',
  requests: 'requests',
  calls: 'calls',
  wasted: 'wasted_calls',
}
const RATES: Readonly<Record<string, string>> = {
  useful: 'useful',
  success: 'useful',
  failed: 'failed',
  wasted: 'wasted',
}
const TRENDS: Readonly<Record<string, string>> = {
  '': 'latency_all',
  all: 'latency_all',
  success: 'latency_success',
  failed: 'latency_failed',
}
const POINTS: Readonly<Record<string, string>> = { p50: 'p(50)', p95: 'p(95)', p99: 'p(99)', max: 'max' }

export function k6Thresholds(result: Pick<Result, 'expectations' | 'arms'>): K6Thresholds {
  const single = result.arms.length === 1
  const { expectations, left } = exportedExpectations(result, each => translated(each, single) !== null)
  const thresholds: Record<string, string[]> = {}
  for (const each of expectations) {
    const found = translated(each, single)
    if (found) thresholds[found[0]] = [...(thresholds[found[0]] ?? []), found[1]]
  }
  return { thresholds, left }
}

/** @param single whether the result has one arm only, which the script then stands for */
function translated(
  { arm, measure, operator, unit, right }: Exported,
  single: boolean,
): readonly [metric: string, condition: string] | null {
  if (arm !== null && arm !== PLAIN && !single) return null
  const [name = '', outcome = ''] = measure.split('.')
  const compare = `${operator}${Math.round(right * 1e6) / 1e6}`
  if (unit === 'share') return pick(RATES[name], `rate${compare}`)
  if (unit === 'count') return pick(COUNTERS[name], `count${compare}`)
  const point = POINTS[name]
  return unit === 'duration' && point !== undefined ? pick(TRENDS[outcome], point + compare) : null
}

function pick(metric: string | undefined, condition: string): readonly [string, string] | null {
  return metric === undefined ? null : [metric, condition]
}
