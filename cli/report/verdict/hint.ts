/** One hint of what to try next, for each thing that a comparison can show. */

import { compareCommand, isForeign, withBreaker } from '../hint-one.ts'
import { leftAtOnce } from '../late-opening.ts'
import type { Unjudged } from '../result.ts'
import { total, usefulShare } from '../stats/figures.ts'
import { sawReturn } from '../unfinished.ts'
import { circuitOf, quoted, wordsOf } from './arm-words.ts'
import type { Situation } from './situation.ts'

/** Half the width of the interval, as a share, that is enough to tell two arms apart in most cases. */
const GOOD_ENOUGH = 0.05

/**
 * An outage that shows what a breaker is for. With ten calls every 100 ms a circuit that is open for 250 ms lets the last
 * probe of the outage fail at 4.0 s at the latest, and so loses 37 of the 1,000 answers at the most.
 */
export const OUTAGE = '--outage 1s-4s -n 1000 --open-for 250ms'
const LONGER_OUTAGE = '--outage 1s-9s -n 1500 --open-for 250ms'
const LONG_MS = 8_000

const SETTINGS = 'npx chaos sweep --vary open-for=250ms..4s'

/** A sentence, with a command to type where one can be named; never the command that was just run. */
export function hintFor(situation: Situation, result: Unjudged): string {
  const names = result.arms.map(arm => arm.name)
  const last = names.at(-1) ?? 'breaker'
  switch (situation) {
    case 'empty':
      return `Let it run to its end: ${compareCommand(names)}`
    case 'unreachable':
      return 'Start the catalog in another terminal: npx chaos serve'
    case 'all-refused':
      return `Is the circuit forced open? Close it, or give it time to probe: ${compareCommand(names)} -n 600 -c 10 --every 100ms`
    case 'not-found':
      return isForeign(result)
        ? 'Name a URL that is there.'
        : `Ask for products that are there: ${compareCommand(names)}`
    case 'too-small':
      return `Make it larger: the same line with -n ${enough(result)}.`
    case 'nothing-failed':
      return spell(result, 'Make it fail')
    case 'never-opened':
      return spell(result, 'Try failures that last, and watch it open')
    case 'too-late':
      return leftAtOnce(result) && !isForeign(result)
        ? `A breaker helps the next call, so send them in batches: ${compareCommand(names)}`
        : `Give it more to refuse: the same line with -n ${2 * result.load.requests}.`
    default:
      return circuitOf(last) === null ? unguarded(situation, result, last) : guarded(situation, result, last)
  }
}

/** What to do about a circuit that was at work. */
function guarded(situation: 'hurt' | 'helped' | 'price' | 'saved' | 'same', result: Unjudged, last: string): string {
  const engines = result.arms.every(arm => circuitOf(arm.name) !== null)
  switch (situation) {
    case 'hurt':
      return sawReturn(result)
        ? `A shorter open time loses fewer answers: ${settings(last)}`
        : spell(result, 'A breaker is for failures that come in spells. Try one')
    case 'helped':
      return `See how much its settings matter: ${settings(last)}`
    case 'price':
      return `A shorter open time loses fewer answers: ${settings(last)}`
    case 'saved':
      return wordsOf(last).includes('retry')
        ? `See how much its settings matter: ${settings(last)}`
        : `Add retries, where saved calls decide who survives: ${compareCommand(['retry', `retry+${last}`])}`
    case 'same':
      return spell(
        result,
        engines
          ? 'With the same settings they decide alike. Watch them in an outage'
          : 'Try an outage, where a breaker has something to save',
      )
  }
}

/** What to do about an arm without a circuit. */
function unguarded(situation: Situation, result: Unjudged, last: string): string {
  const words = wordsOf(last)
  if (situation === 'helped' && words.includes('retry') && !isForeign(result)) {
    return 'Retries pile up on a server that has become slow. See it: npx chaos compare --scenario retry-storm'
  }
  if (situation === 'hurt' && words.includes('retry') && !words.includes('budget')) {
    return `Give the retries a budget: ${compareCommand([last, `${last}+budget`])}`
  }
  if (situation === 'hurt' && words.includes('bulkhead') && !last.includes('queue=')) {
    const roomier = last.replace(/bulkhead(?:\(([^()]*)\))?/, (_, max = '10') => `bulkhead(${max},queue=1000)`)
    return `It refuses what finds no place. Let calls wait for one: ${compareCommand([last, roomier])}`
  }
  if (situation === 'hurt' && words.includes('timeout')) {
    return 'It gives up calls that would have been answered: allow it more time, timeout(2s) for one.'
  }
  if (result.arms.length === 1 || isForeign(result))
    return `Compare it with ${withBreaker(last)} too: add it to --arms.`
  const beside = last === 'none' ? ['none', 'breaker'] : [last, withBreaker(last)]
  return `See what a breaker adds to it: ${compareCommand(beside)}`
}

/** An outage to try: the usual one, a longer one after it, and after that the settings. */
function spell(result: Unjudged, lead: string): string {
  if (isForeign(result)) return 'Nothing can be made to fail there. A catalog that fails on purpose: npx chaos serve'
  const names = result.arms.map(arm => arm.name)
  const last = names.findLast(name => circuitOf(name) !== null) ?? 'breaker'
  const arms = circuitOf(names.at(-1) ?? '') === null ? ['none', last] : names
  // An outage shows what a breaker is for where all is well before and after it.
  const calm = (result.failRate?.atEnd ?? 0) > 0 ? ' --fail-rate 0' : ''
  if (!sawReturn(result)) return `${lead}: ${compareCommand(arms)} ${OUTAGE}${calm}`
  const longest = Math.max(...result.trouble.map(({ fromMs, toMs }) => toMs - fromMs))
  if (longest < LONG_MS) return `Try a longer outage: ${compareCommand(arms)} ${LONGER_OUTAGE}${calm}`
  return `See how much the settings matter: ${settings(last)}`
}

/** A sweep of the open time of an arm's circuit. */
function settings(name: string): string {
  const open = name
    .replace(/open-for=[^,()]*,?/, '')
    .replace(/,\)/, ')')
    .replace('()', '')
  return open === 'breaker' ? SETTINGS : `${SETTINGS} --arm ${quoted(open)}`
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
