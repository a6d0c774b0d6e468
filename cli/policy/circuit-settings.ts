/** The circuit as an arm's expression describes it: `breaker(threshold=40,open-for=2s)`. The same settings go to every engine. */

import { formatDuration, parseDuration } from '../../server/units.ts'
import { count, duration, optional, type Parameter, percent, type Values } from './parameters.ts'

/** What a circuit judges by: the last so many calls, or the last so many milliseconds. */
export type WindowSpan = { readonly calls: number } | { readonly ms: number }

const MAX_CALLS = 10_000
const MAX_MS = 600_000

const span: Parameter<WindowSpan> = {
  what: 'what it judges by: the last calls, or the last stretch of time',
  accepts: `a number of calls from 1 to ${MAX_CALLS}, or a duration from 100ms to ${formatDuration(MAX_MS)}`,
  fallback: { calls: 20 },
  read(text) {
    const calls = /^\d+$/.test(text) ? Number(text) : null
    if (calls !== null && calls >= 1 && calls <= MAX_CALLS) return { calls }
    const ms = calls === null ? parseDuration(text) : 0
    if (ms >= 100 && ms <= MAX_MS) return { ms }
    throw new RangeError('out of range')
  },
  show: value => ('calls' in value ? `${value.calls} calls` : formatDuration(value.ms)),
}

/** The parameters of `breaker`, `opossum` and `cockatiel`. */
export const CIRCUIT_PARAMETERS = {
  threshold: percent('share of failures that opens it', 50),
  'min-calls': count('calls in the window before the share counts', 10, 1, MAX_CALLS),
  window: span,
  'open-for': duration('how long it stays open before it lets a probe pass', 1_000, 10, 3_600_000),
  probes: count('probes that may be under way while it is half-open', 3, 1, 100),
  'max-failures': optional(count('failures in the window that open it, whatever their share', 1, 1, MAX_CALLS)),
  consecutive: optional(count('failures in a row that open it', 1, 1, MAX_CALLS)),
} as const

export type CircuitSettings = Values<typeof CIRCUIT_PARAMETERS>
