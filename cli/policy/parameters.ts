/** What can stand between the parentheses of a policy word: each parameter's name, unit, range and default, said once. */

import { formatDuration, parseDuration, parseRate } from '../../server/lib/units.ts'

/** One parameter of a word, such as `wait=2s`. */
export interface Parameter<T> {
  /** What it means, for help texts. */
  readonly what: string
  /** What may be written, such as `a whole number from 0 to 20`. */
  readonly accepts: string
  /** The value where nothing was written; null where it must be written. */
  readonly fallback: T | null
  /** The fallback as people write it, or in words. */
  readonly standard: string
  /** The value of a text. @throws {Error} of any kind where the text is none. */
  read(text: string): T
}

/** The parameters of a word by their names in expressions. The first may be written without its name: `retry(3)`. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>

/** The values of a word's parameters. */
export type Values<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never }

/** A whole number from `min` to `max`. */
export function count(what: string, fallback: number, min: number, max: number): Parameter<number> {
  const accepts = `a whole number from ${min} to ${max}`
  return { what, accepts, fallback, standard: `${fallback}`, read: text => within(wholeNumber(text), min, max) }
}

/** Percent, more than 0 and at most 100. */
export function percent(what: string, fallback: number): Parameter<number> {
  const accepts = 'a percentage above 0 and up to 100'
  const read = (text: string) => within(parseRate(text), Number.MIN_VALUE, 100)
  return { what, accepts, fallback, standard: `${fallback}%`, read }
}

/** Milliseconds, written with a unit. */
export function duration(what: string, fallback: number, min: number, max: number): Parameter<number> {
  const accepts = `a duration from ${formatDuration(min)} to ${formatDuration(max)}`
  const read = (text: string) => within(parseDuration(text), min, max)
  return { what, accepts, fallback, standard: formatDuration(fallback), read }
}

/** The number of a text of digits, else NaN. */
export function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

/** The value itself. @throws {RangeError} where it does not lie from `min` to `max`; NaN never does. */
export function within(value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value
  throw new RangeError(`not from ${min} to ${max}`)
}
