/** Decides what a comparison shows, before anything is put into words. */

import type { ArmDifference, ArmResult, Unjudged } from '../result.ts'
import { spanOf } from '../stats/differences.ts'
import { opened, total, useful } from '../stats/figures.ts'
import { onlyNotFound } from './notes.ts'

/**
 * - `empty`: an arm made no request; `unreachable`: nothing listened at the target
 * - `all-refused`: the last arm let nothing through
 * - `not-found`: every answer was a 404; `nothing-failed`: there was nothing to do
 * - `too-late`: the last arm's circuit opened when there was nothing left to refuse, and the arms are alike
 * - `never-opened`: the last arm's circuit stayed closed, and the arms are alike
 * - `hurt`, `helped`: a clear difference in useful answers
 * - `price`: a clear loss that bought many saved calls and is small on any day; `traded`: one that may be small or not
 * - `saved`: no difference in useful answers, clearly fewer wasted calls
 * - `same`: no difference in either; `too-small`: days differ too much to say so
 * - `this-run`: the arms differ in this run, and nobody knows what other days give
 */
export type Code =
  | 'empty'
  | 'unreachable'
  | 'all-refused'
  | 'not-found'
  | 'nothing-failed'
  | 'too-late'
  | 'never-opened'
  | 'hurt'
  | 'helped'
  | 'price'
  | 'traded'
  | 'saved'
  | 'same'
  | 'too-small'
  | 'this-run'

/** An interval that reaches further than this from zero, in points, is too wide to call two shares equal. */
const TOO_WIDE = 10

/**
 * A loss of useful answers up to this many points is a price and no harm, if enough calls are saved for each. It is
 * judged over the whole run, as a caller meets it, and not by the outage alone: a longer calm makes the same loss smaller.
 */
const SMALL_LOSS = 5
const SAVED_PER_LOST = 5

/** What the last arm did to the first one's useful answers and wasted calls. */
export function codeOf(result: Unjudged, first: ArmResult, last: ArmResult, difference: ArmDifference): Code {
  const points = spanOf(result, difference, 'usefulPoints')
  if (!points) return 'empty'
  if (unreachable(first) && unreachable(last)) return 'unreachable'
  if (last.outcomes.shortCircuited === total(last.outcomes)) return 'all-refused'
  if (problems(first) + problems(last) === 0) {
    return onlyNotFound(first) && onlyNotFound(last) ? 'not-found' : 'nothing-failed'
  }
  const alike = !points.clear && (points.days !== null || Math.abs(points.value) < TOO_WIDE)
  if (last.states.length > 0 && !opened(last) && alike) return 'never-opened'
  if (opened(last) && last.outcomes.shortCircuited + last.outcomes.fromCache === 0 && alike) return 'too-late'
  const { days } = points
  if (days === null) return endedAlike(first, last, difference) ? 'same' : 'this-run'
  const saved = savedCalls(result, difference)
  if (points.clear && points.value > 0) return 'helped'
  if (points.clear) {
    const lost = useful(first.outcomes) - useful(last.outcomes)
    const [low, high] = days
    if (saved < SAVED_PER_LOST * lost || high < -SMALL_LOSS) return 'hurt'
    return low >= -SMALL_LOSS ? 'price' : 'traded'
  }
  if (Math.max(...days.map(Math.abs)) > TOO_WIDE) return 'too-small'
  return saved > 0 ? 'saved' : 'same'
}

/** Wasted calls that the last arm made less than the first; 0 where other days may have it otherwise. */
function savedCalls(result: Unjudged, difference: ArmDifference): number {
  const calls = spanOf(result, difference, 'wastedCalls')
  return calls?.clear ? Math.max(0, -calls.value) : 0
}

/** Every request ended alike, and as many calls failed. */
function endedAlike(first: ArmResult, last: ArmResult, { pairs }: ArmDifference): boolean {
  return pairs !== undefined && pairs.onlyFirst + pairs.onlyArm === 0 && first.upstream.wasted === last.upstream.wasted
}

/** Every request of the arm met a closed port. */
export function unreachable(arm: ArmResult): boolean {
  const all = total(arm.outcomes)
  return all > 0 && arm.outcomes.failed === all && arm.failures.refused === all
}

function problems({ outcomes, upstream }: ArmResult): number {
  return outcomes.failed + outcomes.shortCircuited + outcomes.fromCache + upstream.wasted
}
