/** One hint of what to try next, for each thing a result can show. */

import { total, usefulShare } from './figures.ts'
import { formatCount } from './format.ts'
import type { Unjudged } from './result.ts'
import type { Situation } from './situation.ts'

/** Half the width of the interval, as a share, that is enough to tell two arms apart in most cases. */
const GOOD_ENOUGH = 0.05

/** A sentence with a command to type. */
export function hintFor(situation: Situation, result: Unjudged): string {
  switch (situation) {
    case 'empty':
      return 'Let it run to its end: npx chaos compare'
    case 'unreachable':
      return 'Start the catalog in another terminal: npx chaos serve'
    case 'all-refused':
      return 'Is the circuit forced open? Close it, or give it time to probe: npx chaos compare -n 600 -c 10 --every 100ms'
    case 'nothing-failed':
      return 'Make it fail: npx chaos compare --outage 100%@1s-4s -n 600'
    case 'never-opened':
      return 'Try failures that last, and watch it open: npx chaos compare --outage 100%@1s-4s -n 600'
    case 'hurt':
      return 'A breaker is for failures that come in spells. Try one: npx chaos compare --outage 100%@1s-4s -n 600'
    case 'helped':
      return 'See how much its settings matter: npx chaos sweep --vary open-for=500ms..4s'
    case 'price':
      return 'A shorter open time loses fewer answers: npx chaos sweep --vary open-for=250ms..4s'
    case 'saved':
      return 'Add retries, where saved calls decide who survives: npx chaos compare --arms retry,retry+breaker'
    case 'same':
      return 'Try a longer outage, where a breaker has something to save: npx chaos compare --outage 100%@2s-12s -n 1500'
    case 'too-small':
      return `Make it larger: npx chaos compare -n ${formatCount(enough(result)).replaceAll(',', '')}`
  }
}

/** Requests an arm for an interval of 5 points to either side, by the variance of two independent shares. */
function enough({ arms }: Unjudged): number {
  const [first, last] = [arms[0], arms.at(-1)]
  if (!first || !last) return 300
  const variance = [first, last].reduce((sum, arm) => {
    const share = usefulShare(arm.outcomes) ?? 0.5
    return sum + Math.max(0.05, share * (1 - share))
  }, 0)
  const needed = (1.96 / GOOD_ENOUGH) ** 2 * variance
  return Math.ceil(Math.max(needed, 2 * total(first.outcomes)) / 100) * 100
}
