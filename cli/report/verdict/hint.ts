/** One hint of what to try next, for each thing that a run can show; never the command that was just run. */

import type { ArmResult, Figures, Message, Unjudged } from '../result.ts'
import { opened, total, usefulShare } from '../stats/figures.ts'
import { armList, circuitOf, quoted, wordsOf } from './arm-names.ts'
import type { Code } from './code.ts'
import { foundNothing, leftAtOnce, sawReturn } from './notes.ts'

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

/** What to try after a comparison of which this is the code. */
export function hintFor(code: Code, result: Unjudged): Message {
  const names = result.arms.map(arm => arm.name)
  const last = names.at(-1) ?? 'breaker'
  switch (code) {
    case 'empty':
      return hint('empty', compareCommand(names))
    case 'unreachable':
      return hint('serve')
    case 'all-refused':
      return hint('all-refused', `${compareCommand(names)} -n 600 -c 10 --every 100ms`)
    case 'not-found':
      return isForeign(result) ? hint('other-url') : hint('other-codes', compareCommand(names))
    case 'too-small':
      return hint('too-small', { requests: enough(result) })
    case 'nothing-failed':
    case 'never-opened':
      return outage(result, code)
    case 'too-late':
      return leftAtOnce(result) && !isForeign(result)
        ? hint('batches', compareCommand(names))
        : hint('more-to-refuse', { requests: 2 * result.load.requests })
    default:
      return circuitOf(last) === null ? unguarded(code, result, last) : guarded(code, result, last)
  }
}

/** What to try after a run of one arm. */
export function hintForOne(result: Unjudged, arm: ArmResult): Message {
  const guarded = circuitOf(arm.name) !== null
  const allWell = arm.outcomes.failed + arm.outcomes.shortCircuited === 0
  if (isForeign(result)) return hint(guarded ? 'without-breaker-there' : 'with-breaker-there')
  if (foundNothing(arm)) return hint('other-codes', 'npx chaos burst')
  if (allWell) return hint('fail-rate')
  const command = compareCommand(guarded ? ['none', arm.name] : [arm.name, withBreaker(arm.name)])
  if (!guarded) return hint('with-breaker', command)
  const late = opened(arm) && arm.outcomes.shortCircuited === 0 && leftAtOnce(result)
  return hint(late ? 'batches' : 'without-breaker', command)
}

/** `given` is the command to type, or figures. */
function hint(code: string, given: string | Figures = {}): Message {
  return { code: `hint.${code}`, figures: typeof given === 'string' ? { command: given } : given }
}

/** What to do about a circuit that was at work. */
function guarded(code: 'hurt' | 'helped' | 'price' | 'saved' | 'same', result: Unjudged, last: string): Message {
  const engines = result.arms.every(arm => circuitOf(arm.name) !== null)
  switch (code) {
    case 'hurt':
      return sawReturn(result) ? hint('shorter-open-time', settings(last)) : outage(result, 'failures-in-spells')
    case 'helped':
      return hint('its-settings', settings(last))
    case 'price':
      return hint('shorter-open-time', settings(last))
    case 'saved':
      return wordsOf(last).includes('retry')
        ? hint('its-settings', settings(last))
        : hint('retries', compareCommand(['retry', `retry+${last}`]))
    case 'same':
      return outage(result, engines ? 'decide-alike' : 'outage')
  }
}

/** What to do about an arm without a circuit. */
function unguarded(code: Code, result: Unjudged, last: string): Message {
  const words = wordsOf(last)
  if (code === 'helped' && words.includes('retry') && !isForeign(result)) {
    return hint('retry-storm', 'npx chaos compare --scenario retry-storm')
  }
  if (code === 'hurt' && words.includes('retry') && !words.includes('budget')) {
    return hint('budget', compareCommand([last, `${last}+budget`]))
  }
  if (code === 'hurt' && words.includes('bulkhead') && !last.includes('queue=')) {
    const roomier = last.replace(/bulkhead(?:\(([^()]*)\))?/, (_, max = '10') => `bulkhead(${max},queue=1000)`)
    return hint('queue', compareCommand([last, roomier]))
  }
  if (code === 'hurt' && words.includes('timeout')) return hint('timeout')
  if (result.arms.length === 1 || isForeign(result)) return hint('another-arm', { arm: withBreaker(last) })
  return hint('add-breaker', compareCommand(last === 'none' ? ['none', 'breaker'] : [last, withBreaker(last)]))
}

/** An outage to try: the usual one with these words, a longer one after it, and after that the settings. */
function outage(result: Unjudged, code: string): Message {
  if (isForeign(result)) return hint('foreign')
  const names = result.arms.map(arm => arm.name)
  const last = names.findLast(name => circuitOf(name) !== null) ?? 'breaker'
  const compare = compareCommand(circuitOf(names.at(-1) ?? '') === null ? ['none', last] : names)
  // An outage shows what a breaker is for where all is well before and after it.
  const calm = (result.failRate?.atEnd ?? 0) > 0 ? ' --fail-rate 0' : ''
  if (!sawReturn(result)) return hint(code, `${compare} ${OUTAGE}${calm}`)
  const longest = Math.max(...result.trouble.map(({ fromMs, toMs }) => toMs - fromMs))
  return longest < LONG_MS
    ? hint('longer-outage', `${compare} ${LONGER_OUTAGE}${calm}`)
    : hint('the-settings', settings(last))
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

/** Whether what was fired at is no flaky catalog, so that nothing there can be told to fail. */
function isForeign({ request }: Pick<Unjudged, 'request'>): boolean {
  return request !== undefined && !request.expectsJson
}

/** `chaos compare` with these arms, which it need not be told where they are its own. */
function compareCommand(names: readonly string[]): string {
  const list = armList(names)
  return list === 'none,breaker' ? 'npx chaos compare' : `npx chaos compare --arms ${list}`
}

/** The arm with a breaker added: `retry+breaker`. */
function withBreaker(name: string): string {
  const words = name.replace(/(^|\+)none(?=\+|$)/, '').replace(/^\+/, '')
  return words === '' ? 'breaker' : `${words}+breaker`
}
