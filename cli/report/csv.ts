/**
 * A result as CSV (RFC 4180), for spreadsheets and data frames. One table of one shape: each arm has a line of scope
 * `total` for its whole run, which alone carries percentiles, and a line of scope `quarter` for each quarter second.
 */

import { ARM_OUTCOMES, COUNTERS } from '../../server/runs/counters.ts'
import type { ArmResult, Result } from './result.ts'
import { QUARTER_MS } from './stats/recovery.ts'

const LATENCIES = ['all', ...ARM_OUTCOMES] as const
const POINTS = ['p50', 'p95', 'p99', 'max'] as const

/** Of other days: their mean, and between which values 95 % of them lie. */
const SPAN = ['mean', 'low', 'high'] as const

const HEADER = [
  'scope',
  'arm',
  'fromMs',
  'toMs',
  ...COUNTERS,
  'state',
  'recoveryMs',
  ...LATENCIES.flatMap(key => POINTS.map(point => `${key}_${point}_ms`)),
  ...['useful_percent', 'wasted', 'recovery_ms'].flatMap(figure => SPAN.map(edge => `days_${figure}_${edge}`)),
]

type Field = string | number | null

/** The lines of a result, each ended by CRLF; what was not measured is an empty field. */
export function renderCsv(result: Result): string {
  const lines: readonly (readonly Field[])[] = [HEADER, ...result.arms.flatMap(arm => linesOf(arm, result))]
  return lines.map(line => `${line.map(field).join(',')}\r\n`).join('')
}

function linesOf(arm: ArmResult, { load: { durationMs }, otherDays }: Result): Field[][] {
  const days = otherDays?.arms.find(({ name }) => name === arm.name)
  const spans = [days?.useful, days?.wasted, days?.recoveryMs].flatMap(span => SPAN.map(edge => span?.[edge] ?? null))
  const { outcomes, upstream, latencyMs, states, recoveryMs } = arm
  const total = { ...outcomes, ...upstream }
  const blank = LATENCIES.flatMap(() => POINTS.map(() => null))
  const points = LATENCIES.flatMap(key => POINTS.map(point => latencyMs[key][point]))
  return [
    ['total', arm.name, 0, durationMs, ...COUNTERS.map(key => total[key]), null, recoveryMs, ...points, ...spans],
    ...arm.series.map(quarter => [
      'quarter',
      arm.name,
      quarter.atMs,
      quarter.atMs + QUARTER_MS,
      ...COUNTERS.map(key => quarter[key]),
      states.findLast(change => change.atMs <= quarter.atMs)?.state ?? null,
      null,
      ...blank,
      ...spans.map(() => null),
    ]),
  ]
}

/** What makes a formula of a field, also where a spreadsheet takes another sign than the comma for the end of one. */
const FORMULA = /(?<=(?:^|[;\t\r\n])"*)[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/g

/** A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function field(value: Field): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = value.replace(FORMULA, "'$&")
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
