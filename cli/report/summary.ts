/** What happened in a run of one arm, in two sentences and a hint. */

import { opened, total, useful, usefulShare } from './figures.ts'
import { formatCount, formatMs, formatShare, plural } from './format.ts'
import type { ArmResult, Unjudged, Verdict } from './result.ts'
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
  return { text: early(result, `${answers(arm)} ${times(arm)}`), hint: next(arm) }
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

function answers({ outcomes, failures }: ArmResult): string {
  const all = total(outcomes)
  if (useful(outcomes) === all) return `All ${plural(all, 'request')} got a useful answer.`
  const parts = [
    ...(outcomes.failed > 0 ? [`${plural(outcomes.failed, 'request')} failed${classes(failures)}`] : []),
    ...(outcomes.shortCircuited > 0
      ? [`${plural(outcomes.shortCircuited, 'request')} short-circuited by the breaker`]
      : []),
  ]
  return `${formatShare(usefulShare(outcomes))} of ${plural(all, 'request')} got a useful answer: ${parts.join(', ')}.`
}

function classes(failures: ArmResult['failures']): string {
  const names = Object.entries(failures)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name]) => name)
  return names.length === 0 ? '' : ` (${names.join(', ')})`
}

function times(arm: ArmResult): string {
  const { success, all } = arm.latencyMs
  if (success.count > 0)
    return `Half of the successes came within ${formatMs(success.p50)}, 95 % within ${formatMs(success.p95)}.`
  return `None succeeded; half of the requests had ended after ${formatMs(all.p50)}.`
}

function next(arm: ArmResult): string {
  if (arm.outcomes.failed + arm.outcomes.shortCircuited === 0) return 'Now make it fail: npx chaos rate 70'
  if (opened(arm)) return 'See what it would have been without the breaker: npx chaos compare'
  return 'See what a breaker makes of it: npx chaos compare'
}
