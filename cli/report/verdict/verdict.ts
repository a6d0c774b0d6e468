/**
 * The verdict: what a run showed, as codes with their figures, in two sentences that a newcomer understands, and one
 * hint of what to try next. Of one arm it says what happened, of several how the last compares with the first, and of
 * three or more which is best.
 */

import type { ArmDifference, ArmResult, CodedVerdict, Figures, Message, Result, Unjudged, Verdict } from '../result.ts'
import { differencesOf, spanOf } from '../stats/differences.ts'
import { amplification, opened, total, useful, usefulShare } from '../stats/figures.ts'
import { circuitOf, wordsOf } from './arm-names.ts'
import { type Code, codeOf, unreachable } from './code.ts'
import { effects, ranking } from './effects.ts'
import { hintFor, hintForOne } from './hint.ts'
import { goneNote, lateOpening, onlyNotFound } from './notes.ts'
import { english, inWords, type Words } from './words.ts'

/** The result with its differences and what they mean. */
export function judged(measured: Unjudged): Result {
  const result = { ...measured, differences: measured.vanished ? [] : [...differencesOf(measured)] }
  return { ...result, verdict: judge(result) }
}

/** What a result means, in English and as codes. */
export function judge(result: Unjudged): Verdict {
  const [first] = result.arms
  const last = result.arms.at(-1)
  if (result.vanished) return nothing(result, result.vanished)
  const difference = differencesOf(result).at(-1)
  const points = difference ? spanOf(result, difference, 'usefulPoints') : null
  const said = first && last && difference ? ofSeveral(result, first, last, difference) : ofOne(result)
  const coded = { ...said, more: [...stopped(result), ...said.more] }
  return {
    ...inWords(coded, english),
    usefulPoints: points && round(points.value),
    ci95: points?.days ? [round(points.days[0]), round(points.days[1])] : null,
    ...coded,
  }
}

/** A verdict before it is put into words; null for one that was kept by a version without codes. */
export function codedVerdict({ code, figures, more, advice }: Verdict): CodedVerdict | null {
  return code !== undefined && figures && more && advice ? { code, figures, more, advice } : null
}

/** What the verdict of a result says in a language: worded anew from its codes, or as it was kept by a version without them. */
export function verdictIn({ verdict }: Pick<Result, 'verdict'>, words: Words): Pick<Verdict, 'text' | 'hint'> {
  const coded = words('language') === 'en' ? null : codedVerdict(verdict)
  return coded ? inWords(coded, words) : verdict
}

/** That there is nothing to judge: the arms did not meet what was made ready for them. */
function nothing(result: Unjudged, arms: readonly string[]): Verdict {
  const coded: CodedVerdict = {
    code: 'vanished',
    figures: { arms: [...arms], count: arms.length },
    more: stopped(result),
    advice: { code: 'hint.run-again', figures: {} },
  }
  return { ...inWords(coded, english), usefulPoints: null, ci95: null, ...coded }
}

/** That the run was stopped, and where; or of how many runs all else is said. */
function stopped({ interrupted, load, arms, repeats = [] }: Unjudged): Message[] {
  const runs = repeats.length
  if (runs > 1) return [{ code: interrupted ? 'repeated.stopped' : 'repeated.all', figures: { runs } }]
  if (!interrupted) return []
  const made = Math.max(0, ...arms.map(arm => total(arm.outcomes)))
  if (made >= load.requests) return [{ code: 'stopped.late', figures: { made } }]
  return [{ code: 'stopped.early', figures: { made, planned: load.requests } }]
}

/** What the last arm is to the first. */
function ofSeveral(result: Unjudged, first: ArmResult, last: ArmResult, difference: ArmDifference): CodedVerdict {
  const code = codeOf(result, first, last, difference)
  return {
    code,
    figures: figuresOf(code, result, first, last, difference),
    more: moreOf(code, result, first, last, difference),
    advice: goneNote(result) === null ? hintFor(code, result) : { code: 'hint.serve-again', figures: {} },
  }
}

function figuresOf(
  code: Code,
  result: Unjudged,
  first: ArmResult,
  last: ArmResult,
  difference: ArmDifference,
): Figures {
  const { target, arms } = result
  const { pairs } = difference
  const points = spanOf(result, difference, 'usefulPoints')
  const names = { first: first.name, last: last.name }
  const requests = total(last.outcomes)
  const [before, after] = [usefulShare(first.outcomes), usefulShare(last.outcomes)]
  const [low, high] = points?.days ?? [null, null]
  // Nothing is chance where every single request ended alike.
  const alike = pairs && pairs.onlyFirst + pairs.onlyArm === 0 ? 1 : 0
  switch (code) {
    case 'empty':
      return {}
    case 'unreachable':
      return { target }
    case 'not-found':
      return names
    case 'nothing-failed':
      return { ...names, requests, arms: arms.length }
    case 'all-refused':
      return { ...names, requests, before, after }
    default:
      return { ...names, before, after, points: points?.value ?? null, low, high, alike }
  }
}

/** What is said in the same breath as the useful share: what of it is stale, and the other price, calls that were wasted. */
function beside(result: Unjudged, first: ArmResult, last: ArmResult, difference: ArmDifference): Message[] {
  const { fromCache } = last.outcomes
  const stale = { code: 'beside.stale', figures: { part: fromCache / Math.max(1, total(last.outcomes)) } }
  return [...(fromCache > 0 ? [stale] : []), ...only(calls(result, first, last, difference))]
}

function calls(result: Unjudged, first: ArmResult, last: ArmResult, difference: ArmDifference): Message | null {
  const [before, wasted] = [first.upstream.wasted, last.upstream.wasted]
  if (before + wasted === 0) return null
  const names = { first: first.name, wasted, before }
  if (before === wasted) return { code: 'beside.calls-alike', figures: names }
  const span = spanOf(result, difference, 'wastedCalls')
  if (span === null || (span.days && !span.clear)) return { code: 'beside.calls-chance', figures: names }
  if (wasted < before) return { code: 'beside.calls-fewer', figures: { ...names, part: (before - wasted) / before } }
  return { code: 'beside.calls-more', figures: { ...names, more: wasted - before, perRequest: amplification(last) } }
}

/** The sentences after the first one. Which arm is best says nothing where none was answered, or found what it asked for. */
function moreOf(code: Code, result: Unjudged, first: ArmResult, last: ArmResult, difference: ArmDifference): Message[] {
  switch (code) {
    case 'empty':
    case 'unreachable':
    case 'not-found':
      return []
    case 'all-refused':
    case 'nothing-failed':
      return ranking(result)
    case 'never-opened':
      return [...beside(result, first, last, difference), ...ranking(result)]
    case 'too-late':
      return [...beside(result, first, last, difference), ...only(lateOpening(result, last)), ...ranking(result)]
    case 'this-run':
      return [
        ...beside(result, first, last, difference),
        ...effects(result, first, last, difference),
        { code: 'days.unknown', figures: {} },
        ...ranking(result),
      ]
    default:
      return [
        ...beside(result, first, last, difference),
        ...effects(result, first, last, difference),
        ...ranking(result),
      ]
  }
}

/** What happened in a run of one arm. */
function ofOne(result: Unjudged): CodedVerdict {
  const [arm] = result.arms
  const plain = (code: string, hint: string, figures: Figures = {}): CodedVerdict => {
    return { code, figures, more: [], advice: { code: `hint.${hint}`, figures: {} } }
  }
  if (!arm || total(arm.outcomes) === 0) return plain('no-request', 'first-requests')
  if (unreachable(arm)) return plain('nothing-listens', 'serve', { target: result.target })
  return {
    ...answers(arm),
    more: [times(arm), ...circuit(result, arm)],
    advice: goneNote(result) === null ? hintForOne(result, arm) : { code: 'hint.serve-again', figures: {} },
  }
}

function answers(arm: ArmResult): Message {
  const { outcomes, failures } = arm
  const { failed, shortCircuited: refused } = outcomes
  const requests = total(outcomes)
  if (onlyNotFound(arm)) return { code: 'all-not-found', figures: { requests } }
  if (useful(outcomes) === requests) return { code: 'all-useful', figures: { requests } }
  const code = refused === 0 ? 'some-failed' : failed === 0 ? 'some-refused' : 'some-failed-and-refused'
  return { code, figures: { useful: usefulShare(outcomes), requests, failed, failures, refused, by: refuser(arm) } }
}

/** Who refused, where only one could. */
function refuser({ name }: ArmResult): string {
  const [hasCircuit, hasPlaces] = [circuitOf(name) !== null, wordsOf(name).includes('bulkhead')]
  if (hasCircuit === hasPlaces) return 'unknown'
  return hasCircuit ? 'breaker' : 'bulkhead'
}

function times({ latencyMs: { success, all } }: ArmResult): Message {
  const { p50, p95 } = success
  if (success.count === 1) return { code: 'latency.success', figures: { p50 } }
  if (success.count > 0) return { code: 'latency.successes', figures: { p50, p95 } }
  return { code: all.count === 1 ? 'latency.ended' : 'latency.none-succeeded', figures: { p50: all.p50 } }
}

/** What became of a circuit that refused nothing. */
function circuit(result: Unjudged, arm: ArmResult): Message[] {
  if (arm.states.length === 0 || arm.outcomes.shortCircuited > 0) return []
  return opened(arm) ? only(lateOpening(result, arm)) : [{ code: 'circuit.never-opened', figures: {} }]
}

function only(message: Message | null): Message[] {
  return message ? [message] : []
}

function round(value: number): number {
  return Math.round(value * 100) / 100 + 0
}
