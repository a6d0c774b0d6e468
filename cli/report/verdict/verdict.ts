/** The verdict: two sentences that a newcomer understands, built from the figures, and one hint of what to try next. */

import { formatCount, formatShare, formatSigned } from '../format.ts'
import { lateOpening } from '../late-opening.ts'
import type { ArmResult, Unjudged, Verdict } from '../result.ts'
import { type Difference, total, usefulDifference, usefulShare } from '../stats/figures.ts'
import { bestOf } from './best.ts'
import { effectsSentence } from './effects.ts'
import { hintFor } from './hint.ts'
import { goneNote, START_AGAIN } from './notes.ts'
import { type Situation, situationOf } from './situation.ts'
import { early, summarise } from './summary.ts'

/**
 * Says what a result means: of one arm what happened, of several how the last compares with the first, and of three
 * or more which is best.
 */
export function judge(result: Unjudged): Verdict {
  const [first] = result.arms
  const last = result.arms.at(-1)
  if (!first || !last || result.arms.length === 1) return { ...summarise(result), usefulPoints: null, ci95: null }
  const difference = usefulDifference(result, first, last)
  const situation = situationOf(first, last, difference)
  const sentences =
    difference === null
      ? nothing()
      : [...words(situation, result, first, last, difference), ...ranking(situation, result)]
  return {
    text: early(result, sentences.filter(sentence => sentence !== '').join(' ')),
    hint: goneNote(result) === null ? hintFor(situation, result) : START_AGAIN,
    usefulPoints: difference && round(difference.value),
    ci95: difference && [round(difference.ci95[0]), round(difference.ci95[1])],
  }
}

/** Which arm is best says nothing where no arm was answered, or none was asked for what is there. */
function ranking(situation: Situation, result: Unjudged): string[] {
  return situation === 'unreachable' || situation === 'not-found' ? [] : [bestOf(result)]
}

function nothing(): string[] {
  return ['An arm ended without a single request.', 'There is nothing to compare.']
}

function words(
  situation: Situation,
  result: Unjudged,
  first: ArmResult,
  last: ArmResult,
  { value, ci95 }: Difference,
): string[] {
  const who = last.name === 'breaker' ? 'The breaker' : last.name
  const within = last.name === 'breaker' ? 'the breaker' : last.name
  const without = first.name === 'none' ? 'without it' : `with ${first.name}`
  const [before, after] = [formatShare(usefulShare(first.outcomes)), formatShare(usefulShare(last.outcomes))]
  const shares = `${after} of the requests got a useful answer, ${before} ${without}`
  const points = `${Math.abs(value).toFixed(1)} points`
  const effects = effectsSentence(result, first, last, without)
  const all = total(last.outcomes)

  switch (situation) {
    case 'empty':
      return nothing()
    case 'unreachable':
      return [`Nothing listens at ${result.target}: every connection was refused.`, 'That says nothing of a breaker.']
    case 'all-refused':
      return [
        `${who} let nothing through: ${all === 1 ? 'the only request was' : `all ${formatCount(all)} requests were`} short-circuited.`,
        `${capital(without)}, ${before} got a useful answer.`,
      ]
    case 'nothing-failed':
      return [
        `Nothing failed, so ${within} had nothing to do.`,
        `In ${result.arms.length === 2 ? 'both arms' : 'these arms'} ${all === 1 ? 'the only request' : `all of the ${formatCount(all)} requests`} got a useful answer.`,
      ]
    case 'not-found':
      return ['Nothing failed, and nothing was found: every answer was a 404.', `That says nothing of ${within}.`]
    case 'too-late':
      return [`${who} changed nothing: ${shares}.`, lateOpening(result, last)]
    case 'never-opened':
      return [`${who} did nothing: it never opened.`, `${capital(shares)}, which is the same but for chance.`]
    case 'hurt':
      return [`${who} hurt: ${shares} (${points} fewer).`, effects]
    case 'helped':
      return [`${who} helped: ${shares} (${points} more).`, effects]
    case 'price':
      return [`${who} saved more than it cost: ${shares} (${points} fewer).`, effects]
    case 'saved':
      return [
        `${who} did not change who got an answer, but it saved work: ${shares}, ${chance(result, first, last, 'a difference within chance')}.`,
        effects,
      ]
    case 'same':
      return [`${who} made no difference: ${shares}, ${chance(result, first, last, 'which may be chance')}.`, effects]
    case 'too-small':
      return [
        `This run is too small to tell: ${shares}, but anything from ${formatSigned(ci95[0])} to ${formatSigned(ci95[1])} points would be no surprise.`,
        effects,
      ]
  }
}

/** Nothing is chance where every single request ended alike. */
function chance({ pairs }: Unjudged, first: ArmResult, last: ArmResult, otherwise: string): string {
  const paired = pairs && pairs.a === first.name && pairs.b === last.name
  return paired && pairs.onlyA + pairs.onlyB === 0 ? 'and it was the same requests' : otherwise
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function round(value: number): number {
  return Math.round(value * 100) / 100 + 0
}
