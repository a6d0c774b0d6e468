/** Expectations as k6 thresholds, as far as k6 can judge them. */

import type { Result } from '../result.ts'
import { ExpectationError, parseExpectation, type Rule } from '../stats/expect.ts'

/** Thresholds by metric of the script, and the expectations that a script without a breaker cannot judge. */
export interface K6Thresholds {
  readonly thresholds: Readonly<Record<string, string[]>>
  readonly left: readonly string[]
}

/** k6 makes no retries and has no breaker, so it stands for the arm `none`, or for whatever the only arm was. */
const PLAIN = 'none'

/** Metrics of the script that count, and those that are rates, by the name of the measure. */
const COUNTERS: Readonly<Record<string, string>> = {
  useful: 'useful_answers',
  success: 'useful_answers',
  failed: 'failed_answers',
  requests: 'http_reqs',
  calls: 'http_reqs',
  wasted: 'failed_answers',
}
const RATES: Readonly<Record<string, string>> = {
  useful: 'useful',
  success: 'useful',
  failed: 'failed',
  wasted: 'failed',
}
const TRENDS: Readonly<Record<string, string>> = {
  '': 'latency_all',
  all: 'latency_all',
  success: 'latency_success',
  failed: 'latency_failed',
}
const POINTS: Readonly<Record<string, string>> = { p50: 'p(50)', p95: 'p(95)', p99: 'p(99)', max: 'max' }

export function k6Thresholds({ expectations = [], arms }: Pick<Result, 'expectations' | 'arms'>): K6Thresholds {
  const names = arms.map(arm => arm.name)
  const thresholds: Record<string, string[]> = {}
  const left: string[] = []
  for (const { text } of expectations) {
    const found = translated(text, names)
    if (found) thresholds[found[0]] = [...(thresholds[found[0]] ?? []), found[1]]
    else left.push(text)
  }
  return { thresholds, left }
}

function translated(text: string, names: readonly string[]): readonly [metric: string, condition: string] | null {
  const rule = read(text, names)
  if (!rule || typeof rule.right !== 'number') return null
  if (rule.left.arm !== null && rule.left.arm !== PLAIN && names.length > 1) return null
  const [name = '', outcome = ''] = rule.left.measure.name.split('.')
  const compare = `${rule.operator}${Math.round(rule.right * 1e6) / 1e6}`
  if (rule.unit === 'share') return pick(RATES[name], `rate${compare}`)
  if (rule.unit === 'count') return pick(COUNTERS[name], `count${compare}`)
  const point = POINTS[name]
  return rule.unit === 'duration' && point !== undefined ? pick(TRENDS[outcome], point + compare) : null
}

function pick(metric: string | undefined, condition: string): readonly [string, string] | null {
  return metric === undefined ? null : [metric, condition]
}

/** A result may have been written by another version: what cannot be read is left, not fatal. */
function read(text: string, names: readonly string[]): Rule | null {
  try {
    return parseExpectation(text, names)
  } catch (error) {
    if (error instanceof ExpectationError) return null
    throw error
  }
}
