/** Expectations on a result, such as `useful>=80%` or `breaker.p95.success<none.p95.success`: read and judged. */

import { parseDuration, parseRate, UnitError } from '../../../server/lib/units.ts'
import { plural } from '../format.ts'
import type { ArmResult, Expectation, Unjudged } from '../result.ts'
import { formatMeasured, MEASURE_NAMES, type Measure, type Measured, measureOf, type Unit } from './measures.ts'
import { MIN_DAYS } from './other-days.ts'
import { knownTrouble } from './recovery.ts'

/** Says what is wrong with an expectation and what to type instead. */
export class ExpectationError extends Error {
  override name = 'ExpectationError'
}

export type Operator = '>=' | '<=' | '>' | '<' | '=='

/** A measure of one arm, or of every arm where `arm` is null. */
export interface Term {
  readonly arm: string | null
  readonly measure: Measure
}

/** An expectation that was understood. */
export interface Rule {
  readonly text: string
  readonly left: Term
  readonly operator: Operator
  readonly unit: Unit
  /** A value in the unit's own scale (a share from 0 to 1, milliseconds), or a measure to compare with. */
  readonly right: number | Term
}

/** An operator within brackets belongs to the name of an arm. */
const SHAPE = /^((?:\([^)]*\)|[^()<>=])+?)\s*(>=|<=|==|=|>|<)\s*(.+)$/
const EXAMPLES = 'useful>=80%, wasted<100, p95<100ms, recovery<3s or breaker.useful>=none.useful'

/**
 * Reads an expectation. A measure without an arm's name before it is meant of every arm.
 * @throws {ExpectationError} for an unknown arm or measure, and for a value of the wrong kind
 */
export function parseExpectation(text: string, arms: readonly string[]): Rule {
  const [, leftText = '', sign = '', rightText = ''] = SHAPE.exec(text.trim()) ?? []
  if (leftText === '') throw new ExpectationError(`"${text}" is not an expectation: write one like ${EXAMPLES}`)
  const left = termOf(leftText, arms)
  if (typeof left === 'string') throw new ExpectationError(`"${text}": ${left}`)
  const operator = (sign === '=' ? '==' : sign) as Operator
  if (/^[\d.+-]/.test(rightText)) {
    const value = typedValue(text, rightText, left.measure)
    if (neverHolds(operator, value)) throw new ExpectationError(`"${text}" can never hold`)
    return { text, left, operator, ...value }
  }
  const right = termOf(rightText, arms)
  if (typeof right === 'string') throw new ExpectationError(`"${text}": ${right}`)
  const unit = left.measure.units.find(unit => right.measure.units.includes(unit))
  if (!unit) {
    throw new ExpectationError(
      `"${text}" compares ${left.measure.name} with ${right.measure.name}, which have no unit in common`,
    )
  }
  return { text, left, operator, unit, right }
}

/** Nothing that is measured is below zero, and no share above the whole. */
function neverHolds(operator: Operator, { unit, right }: { readonly unit: Unit; readonly right: number }): boolean {
  return (operator === '<' && right === 0) || (operator === '>' && unit === 'share' && right === 1)
}

/**
 * Judges expectations as they are typed by a result.
 * @throws {ExpectationError} for the first that cannot be read
 */
export function holdExpectations(texts: readonly string[], result: Unjudged): Expectation[] {
  const arms = result.arms.map(({ name }) => name)
  return checkExpectations(
    texts.map(text => parseExpectation(text, arms)),
    result,
  )
}

/** Judges expectations by a result. What was not measured (a recovery without trouble) does not pass. */
export function checkExpectations(rules: readonly Rule[], result: Unjudged): Expectation[] {
  return rules.map(rule => {
    const subjects = result.arms.filter(arm => rule.left.arm === null || arm.name === rule.left.arm)
    const checks = subjects.map(arm => check(rule, arm, result))
    const many = checks.length > 1
    return {
      text: rule.text,
      passed: checks.length > 0 && checks.every(({ passed }) => passed),
      measured:
        checks.map(({ name, measured }) => (many ? `${name} ${measured}` : measured)).join(', ') || 'no such arm',
      ...onOtherDays(rule, subjects, result),
    }
  })
}

/** The figures of a day; all else that is measured is known of the run alone. */
const DAILY: readonly string[] = ['useful', 'wasted', 'recovery']

/** On how many of the other days it held too; nothing where these do not tell. */
function onOtherDays(rule: Rule, subjects: readonly ArmResult[], result: Unjudged): Pick<Expectation, 'otherDays'> {
  const { left, right, unit } = rule
  const terms = typeof right === 'number' ? [left] : [left, right]
  const daily = terms.every(({ measure: { name } }) => DAILY.includes(name) && (name !== 'wasted' || unit === 'count'))
  const length = result.otherDays?.arms[0]?.days?.useful.length ?? 0
  const measured = subjects.every(
    arm => 'value' in left.measure.read(arm, knownTrouble(result), unit) || arm.recovered === false,
  )
  if (!daily || !measured || length < MIN_DAYS) return {}
  const held = Array.from({ length }, (_, day) => day).filter(day => {
    const arms = result.arms.map(arm => armOnDay(arm, result.otherDays, day))
    return subjects.every(({ name }) =>
      arms.some(arm => arm.name === name && check(rule, arm, { ...result, arms }).passed),
    )
  })
  return { otherDays: { held: held.length, of: length } }
}

/** An arm with the figures of another day, as far as they are known. */
function armOnDay(arm: ArmResult, days: Unjudged['otherDays'], day: number): ArmResult {
  const of = days?.arms.find(({ name }) => name === arm.name)?.days
  const [useful, requests] = [of?.useful[day] ?? 0, days?.requests ?? 0]
  const recoveryMs = of?.recoveryMs[day] ?? null
  const recovered = recoveryMs !== null ? true : arm.recovered === null ? null : false
  return {
    ...arm,
    ...{ recoveryMs, recovered, statuses: {} },
    outcomes: { success: useful, failed: requests - useful, shortCircuited: 0, fromCache: 0 },
    upstream: { ...arm.upstream, wasted: of?.wasted[day] ?? 0 },
  }
}

function check(rule: Rule, arm: ArmResult, result: Unjudged): { name: string; passed: boolean; measured: string } {
  const left = rule.left.measure.read(arm, knownTrouble(result), rule.unit)
  const right = rightOf(rule, arm, result)
  const against = typeof rule.right === 'number' ? '' : ` against ${formatMeasured(right, rule.unit)}`
  const passed = 'value' in left && 'value' in right && holds(left.value, rule.operator, right.value)
  return { name: arm.name, passed, measured: withNoun(left, rule) + against }
}

/** A count says what it counts, and how a share is written where one may have been meant. */
function withNoun(measured: Measured, { left: { measure }, unit, right }: Rule): string {
  const text = formatMeasured(measured, unit)
  if (unit !== 'count' || 'missing' in measured) return text
  const noun = measure.name === 'calls' || measure.name === 'wasted' ? 'call' : 'request'
  const share = measure.units[0] === 'share' && typeof right === 'number' && right > 0 && right <= 100
  return `${plural(measured.value, noun)}${share ? ` (for a share write ${right}%)` : ''}`
}

function rightOf({ right, unit }: Rule, left: ArmResult, result: Unjudged): Measured {
  if (typeof right === 'number') return { value: right }
  const arm = right.arm === null ? left : result.arms.find(({ name }) => name === right.arm)
  return arm ? right.measure.read(arm, knownTrouble(result), unit) : { missing: 'no such arm' }
}

function holds(left: number, operator: Operator, right: number): boolean {
  switch (operator) {
    case '>=':
      return left >= right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '<':
      return left < right
    case '==':
      return left === right
  }
}

function termOf(text: string, arms: readonly string[]): Term | string {
  const whole = measureOf(text)
  if (whole) return { arm: null, measure: whole }
  const arm = arms.filter(name => text.startsWith(`${name}.`)).sort((a, b) => b.length - a.length)[0]
  if (arm === undefined) {
    const dot = text.indexOf('.')
    const rest = dot < 0 ? undefined : measureOf(text.slice(dot + 1))
    if (rest) return `there is no arm ${text.slice(0, dot)}; the arms are ${arms.join(', ')}`
    return `${text} is nothing that is measured; write ${MEASURE_NAMES.join(', ')}, or a percentile of an outcome such as p95.success`
  }
  const measure = measureOf(text.slice(arm.length + 1))
  return measure
    ? { arm, measure }
    : `${text.slice(arm.length + 1)} is nothing that is measured of ${arm}; write ${MEASURE_NAMES.join(', ')}`
}

function typedValue(
  text: string,
  value: string,
  { name, units }: Measure,
): { readonly unit: Unit; readonly right: number } {
  try {
    if (value.endsWith('%') && units.includes('share')) return { unit: 'share', right: parseRate(value) / 100 }
    if (units.includes('duration')) return { unit: 'duration', right: parseDuration(value) }
    if (!units.includes('count') && !units.includes('ratio'))
      throw new UnitError(`${name} is compared with a percentage, such as ${name}>=80%`)
    const unit = units.includes('ratio') ? 'ratio' : 'count'
    const number = value.replace(/x$/, '')
    if (!/^\d+(\.\d+)?$/.test(number)) {
      throw new UnitError(`${value} is not a number${units.includes('share') ? ' or a percentage' : ''}`)
    }
    if (unit === 'count' && !/^\d+$/.test(number)) throw new UnitError(wholeNumber(name, value, units))
    return { unit, right: Number(number) }
  } catch (error) {
    if (error instanceof UnitError) throw new ExpectationError(`"${text}": ${error.message}`)
    throw error
  }
}

/** Why a fraction is no count, and what may have been meant. */
function wholeNumber(name: string, value: string, units: Measure['units']): string {
  const share = Number(value) < 1 ? Number((100 * Number(value)).toPrecision(6)) : value
  return `${value} is no number of ${name === 'calls' || name === 'wasted' ? 'calls' : 'requests'}${units.includes('share') ? `: for a share write ${share}%` : ''}`
}
