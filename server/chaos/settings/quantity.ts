/** The quantities of the settings document as schemas: durations with a unit and a range, rates in percent. */

import { z } from 'zod'
import { formatDuration, parseDuration, UnitError } from '../../lib/units.ts'

/** The longest time that one request is ever held, in milliseconds. */
export const MAX_HOLD_MS = 60_000

/** A duration such as `500ms`, `2s` or `1.5m`, from `minMs` to `maxMs`; the document keeps it as it was written. */
export function duration(description: string, minMs = 0, maxMs = MAX_HOLD_MS) {
  return z
    .string('must be a duration: a string with a unit, such as "500ms" or "2s"')
    .superRefine((text, context) => {
      const problem = durationProblem(text, minMs, maxMs)
      if (problem) context.addIssue({ code: 'custom', message: problem })
    })
    .meta({
      description: `${description} (${formatDuration(minMs)} to ${formatDuration(maxMs)})`,
      pattern: '^\\s*\\d+(\\.\\d+)?\\s*(ms|s|m|h)\\s*$',
      'x-unit': 'duration',
    })
}

function durationProblem(text: string, minMs: number, maxMs: number): string | null {
  try {
    const ms = parseDuration(text)
    if (ms >= minMs && ms <= maxMs) return null
    return `"${text}" is out of range: write ${formatDuration(minMs)} to ${formatDuration(maxMs)}`
  } catch (error) {
    if (error instanceof UnitError) return error.message
    throw error
  }
}

/** A rate in percent, decimals allowed. */
export function percent(description: string) {
  return z
    .number('must be a number from 0 to 100 (percent)')
    .min(0, 'must be 0 to 100 (percent)')
    .max(100, 'must be 0 to 100 (percent)')
    .meta({ description: `${description} (percent, 0 to 100, decimals allowed)`, 'x-unit': 'percent' })
}

/** A whole number from `min` to `max`. */
export function whole(description: string, min: number, max: number) {
  const range = `must be a whole number from ${min} to ${max}`
  return z.int(range).min(min, range).max(max, range).describe(`${description} (${min} to ${max})`)
}

/** Milliseconds of a duration that the schema has accepted. */
export function ms(text: string): number {
  return parseDuration(text)
}
