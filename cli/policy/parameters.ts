/** What can stand between the parentheses of a policy word: each parameter's name, unit, range and default, said once. */

import { formatDuration, parseDuration, parseRate } from '../../server/units.ts'

/** One parameter of a word, such as `open-for=2s`. */
export interface Parameter<T> {
  /** What it means, for help texts. */
  readonly what: string
  /** What may be written, such as `a whole number from 0 to 20`. */
  readonly accepts: string
  readonly fallback: T
  /** The value of a text. @throws {Error} of any kind where the text is none. */
  read(text: string): T
  /** The value as people write it. */
  show(value: T): string
}

/** The parameters of a word by their names in expressions. The first may be written without its name: `retry(3)`. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>

/** The values of a word's parameters. */
export type Values<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never }

/** A whole number from `min` to `max`. */
export function count(what: string, fallback: number, min: number, max: number): Parameter<number> {
  return {
    what,
    accepts: `a whole number from ${min} to ${max}`,
    fallback,
    read: text => within(/^\d+$/.test(text) ? Number(text) : Number.NaN, min, max),
    show: String,
  }
}

/** Percent, more than 0 and at most 100. */
export function percent(what: string, fallback: number): Parameter<number> {
  return {
    what,
    accepts: 'a percentage above 0 and up to 100',
    fallback,
    read: text => within(parseRate(text), Number.MIN_VALUE, 100),
    show: value => `${value}%`,
  }
}

/** Milliseconds, written with a unit. */
export function duration(what: string, fallback: number, min: number, max: number): Parameter<number> {
  return {
    what,
    accepts: `a duration from ${formatDuration(min)} to ${formatDuration(max)}`,
    fallback,
    read: text => within(parseDuration(text), min, max),
    show: formatDuration,
  }
}

/** A parameter that may be left out altogether, and then has no value. */
export function optional<T>(inner: Omit<Parameter<T>, 'fallback'>): Parameter<T | null> {
  return { ...inner, fallback: null, show: value => (value === null ? 'none' : inner.show(value)) }
}

/** The values of a word whose parameters were all left out. */
export function defaults<P extends Parameters>(parameters: P): Values<P> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { fallback }]) => [name, fallback])) as Values<P>
}

function within(value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value
  throw new RangeError(`not from ${min} to ${max}`)
}
