/** What happened in a run of one arm, in two sentences and a hint. */

import { formatCount, formatMs, formatShare, plural } from '../format.ts'
import { hintForOne } from '../hint-one.ts'
import { lateOpening } from '../late-opening.ts'
import { foundNothing } from '../missing.ts'
import type { ArmResult, Unjudged, Verdict } from '../result.ts'
import { opened, total, useful, usefulShare } from '../stats/figures.ts'
import { circuitOf, wordsOf } from './arm-words.ts'
import { goneNote, reasons, START_AGAIN } from './notes.ts'
import { unreachable } from './situation.ts'

/** The text and the hint of a verdict on the only arm. */
export function summarise(result: Unjudged): Pick<Verdict, 'text' | 'hint'> {
  const [arm] = result.arms
  if (!arm || total(arm.outcomes) === 0) {
    return {
      text: early(result, 'No request was made. There is nothing to report.'),
      hint: 'Make some: npx chaos burst -n 100',
    }
  }
  if (unreachable(arm)) {
    return {
      text: early(result, `Nothing listens at ${result.target}. Every connection was refused.`),
      hint: 'Start the catalog in another terminal: npx chaos serve',
    }
  }
  const sentences = [answers(arm), times(arm), circuit(result, arm)].filter(sentence => sentence !== '')
  const hint = goneNote(result) === null ? hintForOne(result, arm) : START_AGAIN
  return { text: early(result, sentences.join(' ')), hint }
}

/** Puts before a text that the run was stopped, and where. */
export function early({ interrupted, load, arms }: Unjudged, text: string): string {
  if (!interrupted) return text
  const made = Math.max(0, ...arms.map(arm => total(arm.outcomes)))
  const rest = text.startsWith('The ') || text.startsWith('This ') ? text[0]?.toLowerCase() + text.slice(1) : text
  const planned =
    made < load.requests ? `${formatCount(made)} of ${plural(load.requests, 'request')}` : plural(made, 'request')
  return `Stopped after ${planned}: ${rest}`
}

function answers(arm: ArmResult): string {
  const { outcomes, failures } = arm
  const all = total(outcomes)
  if (foundNothing(arm))
    return all === 1
      ? 'The only request was answered 404.'
      : `All ${formatCount(all)} requests were answered 404: nothing was found.`
  if (useful(outcomes) === all) {
    return all === 1 ? 'The only request got a useful answer.' : `All ${formatCount(all)} requests got a useful answer.`
  }
  const why = reasons(failures)
  const failed = why === '' ? 'failed' : `failed (${why})`
  const refused = `short-circuited${refuser(arm)}`
  if (all === 1) return `The only request ${outcomes.failed > 0 ? failed : `was ${refused}`}.`
  const parts = [
    ...(outcomes.failed > 0 ? [`${plural(outcomes.failed, 'request')} ${failed}`] : []),
    ...(outcomes.shortCircuited > 0 ? [`${plural(outcomes.shortCircuited, 'request')} ${refused}`] : []),
  ]
  return `${formatShare(usefulShare(outcomes))} of ${plural(all, 'request')} got a useful answer: ${parts.join(', ')}.`
}

/** Who refused, where only one could. */
function refuser({ name }: ArmResult): string {
  const [hasCircuit, hasPlaces] = [circuitOf(name) !== null, wordsOf(name).includes('bulkhead')]
  if (hasCircuit === hasPlaces) return ''
  return hasCircuit ? ' by the breaker' : ' by the bulkhead'
}

function times({ latencyMs: { success, all } }: ArmResult): string {
  if (success.count === 1) return `The success came within ${formatMs(success.p50)}.`
  if (success.count > 0) {
    return `Half of the successes came within ${formatMs(success.p50)}, 95 % within ${formatMs(success.p95)}.`
  }
  if (all.count === 1) return `It had ended after ${formatMs(all.p50)}.`
  return `None succeeded; half of the requests had ended after ${formatMs(all.p50)}.`
}

/** What became of a circuit that refused nothing. */
function circuit(result: Unjudged, arm: ArmResult): string {
  if (arm.states.length === 0 || arm.outcomes.shortCircuited > 0) return ''
  return opened(arm) ? lateOpening(result, arm) : 'The circuit never opened.'
}
