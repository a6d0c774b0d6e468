/** Reads and writes the two quantities people type: durations with a unit, and rates in percent. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/
const NUMBER = /^\d+(?:\.\d+)?$/

/** Says what was wrong with a typed quantity and what to type instead. */
export class UnitError extends Error {
  override name = 'UnitError'
}

/**
 * Milliseconds of a duration such as `500ms`, `2s`, `1.5m` or `1h`.
 * @throws {UnitError} for anything else; a bare number is refused, because nobody can tell which unit was meant.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim()
  const match = DURATION.exec(trimmed)
  if (match) return Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? Number.NaN)
  if (NUMBER.test(trimmed)) throw new UnitError(`"${text}" has no unit: write ${trimmed}ms or ${trimmed}s`)
  throw new UnitError(`"${text}" is not a duration: write a number and a unit, such as 500ms, 2s or 1m`)
}

/** A duration as people write it, in the largest unit that keeps it short: `40ms`, `1.5s`, `2m`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${trim(ms)}ms`
  if (ms < 60_000) return `${trim(ms / 1_000)}s`
  if (ms < 3_600_000) return `${trim(ms / 60_000)}m`
  return `${trim(ms / 3_600_000)}h`
}

/**
 * Percent of a rate such as `70`, `70%` or `0.5` (half a percent).
 * @throws {UnitError} for anything but a decimal number from 0 to 100.
 */
export function parseRate(text: string): number {
  const digits = text.trim().replace(/\s*%$/, '')
  const rate = NUMBER.test(digits) ? Number(digits) : Number.NaN
  if (rate >= 0 && rate <= 100) return rate
  throw new UnitError(`"${text}" is not a rate: write a percentage from 0 to 100, such as 70, 70% or 0.5`)
}

/** A sentence for a rate that looks like a fraction (`0.5`), or null where nobody could misread it. */
export function rateNote(text: string): string | null {
  const rate = parseRate(text)
  if (rate <= 0 || rate > 1 || text.includes('%')) return null
  return `${rate} means ${rate} percent; for ${trim(rate * 100)} percent write ${trim(rate * 100)}`
}

function trim(value: number): string {
  return String(Math.round(value * 100) / 100)
}
