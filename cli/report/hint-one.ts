/** One hint of what to try after a run of one arm. */

import { leftAtOnce } from './late-opening.ts'
import { foundNothing } from './missing.ts'
import type { ArmResult, Unjudged } from './result.ts'
import { opened } from './stats/figures.ts'
import { armList, circuitOf } from './verdict/arm-words.ts'

/** A sentence, with a command to type where one can be named. */
export function hintForOne(result: Unjudged, arm: ArmResult): string {
  const guarded = circuitOf(arm.name) !== null
  const allWell = arm.outcomes.failed + arm.outcomes.shortCircuited === 0
  if (isForeign(result)) {
    return guarded
      ? 'See what it would have been without the breaker: the same line without it.'
      : 'See what a breaker makes of it: the same line with compare instead of burst.'
  }
  if (foundNothing(arm)) return 'Ask for products that are there: npx chaos burst'
  if (allWell) return 'Now make it fail: npx chaos rate 70'
  const beside = guarded ? ['none', arm.name] : [arm.name, withBreaker(arm.name)]
  const command = compareCommand(beside)
  if (!guarded) return `See what a breaker makes of it: ${command}`
  if (opened(arm) && arm.outcomes.shortCircuited === 0 && leftAtOnce(result)) {
    return `A breaker helps the next call, so send them in batches: ${command}`
  }
  return `See what it would have been without the breaker: ${command}`
}

/** Whether what was fired at is no flaky catalog, so that nothing there can be told to fail. */
export function isForeign({ request }: Pick<Unjudged, 'request'>): boolean {
  return request !== undefined && !request.expectsJson
}

/** `chaos compare` with these arms, which it need not be told where they are its own. */
export function compareCommand(names: readonly string[]): string {
  const list = armList(names)
  return list === 'none,breaker' ? 'npx chaos compare' : `npx chaos compare --arms ${list}`
}

/** The arm with a breaker added: `retry+breaker`. */
export function withBreaker(name: string): string {
  const words = name.replace(/(^|\+)none(?=\+|$)/, '').replace(/^\+/, '')
  return words === '' ? 'breaker' : `${words}+breaker`
}
