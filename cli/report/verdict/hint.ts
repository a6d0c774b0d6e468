/** One hint of what to try next, for each thing that a run can show; never the command that was just run. */

import { QUANTITIES } from '../../../server/experiments/quantities.ts'
import { formatDuration } from '../../../server/lib/units.ts'
import type { ArmResult, Figures, Message, Unjudged } from '../result.ts'
import { differencesOf, spanOf } from '../stats/differences.ts'
import { opened, total, useful } from '../stats/figures.ts'
import { STANDARD_DAYS } from '../stats/other-days.ts'
import { armList, circuitOf, quoted, wordsOf } from './arm-names.ts'
import { cameInSpells, isTurnedAway, onlyProduct } from './cause.ts'
import type { Code } from './code.ts'
import { flagsOf, type Kept } from './flags.ts'
import { leftAtOnce, MAX_ADVISED_REQUESTS, onlyNotFound, sawReturn } from './notes.ts'

/** Half the width of the interval, in points, that is enough to call two arms alike. */
const GOOD_ENOUGH = 5

/**
 * An outage that shows what a breaker is for. With ten calls every 100 ms a circuit that is open for 250 ms lets the last
 * probe of the outage fail at 4.0 s at the latest, and so loses 37 of the 1,000 answers at the most.
 */
const SPELL = { spell: '1s-4s', lastsMs: 10_000 } as const
export const OUTAGE = `--outage ${SPELL.spell} -n ${SPELL.lastsMs / 10} --open-for 250ms`
const LONGER_SPELL = { spell: '1s-9s', lastsMs: 15_000 } as const
const LONG_MS = 8_000

const SETTINGS = 'npx chaos sweep --vary open-for=250ms..4s'

/** What to try after a comparison of which this is the code. */
export function hintFor(code: Code, result: Unjudged): Message {
  const names = result.arms.map(arm => arm.name)
  const last = names.at(-1) ?? 'breaker'
  const same = compareCommand(names, result)
  switch (code) {
    case 'empty':
      return hint('empty', same)
    case 'unreachable':
      return hint('serve')
    case 'all-refused':
      return hint('all-refused', `${compareCommand(names, result, { load: false })} -n 600 -c 10 --every 100ms`)
    case 'not-found':
      return isForeign(result)
        ? hint('other-url')
        : hint('other-codes', compareCommand(names, { ...result, request: undefined }))
    case 'too-small':
      // The longer such a run is, the smaller is the part that trouble has in it.
      if (result.trouble.length > 0) return hint('too-few')
      return hint('too-small', { requests: enough(result) })
    case 'nothing-failed':
    case 'never-opened':
      return outage(result, code)
    case 'too-late':
      return leftAtOnce(result) && !isForeign(result)
        ? hint('batches', compareCommand(names, result, { load: false }))
        : hint('more-to-refuse', { requests: 2 * result.load.requests })
    case 'this-run':
      return afterThisRun(result)
    default:
      return circuitOf(last) === null ? unguarded(code, result, last) : guarded(code, result)
  }
}

/** How to learn what other days give. */
function afterThisRun(result: Unjudged): Message {
  const { otherDays, arms, load } = result
  const names = arms.map(({ name }) => name)
  if (otherDays?.because === 'too-slow' || otherDays?.because === 'too-large') {
    const simulate = { ...result, simulated: SIMULATED }
    return hint('simulate-days', `${compareCommand(names, simulate)} --days ${STANDARD_DAYS}`)
  }
  if (leftAtOnce(result) || load.everyMs <= 0) {
    return isForeign(result) ? hint('more-seeds') : hint('batches', compareCommand(names, result, { load: false }))
  }
  if (otherDays?.because === 'too-short') {
    const blocks = Math.ceil((LONG_ENOUGH_MS / load.everyMs) * load.concurrency)
    if (blocks > load.requests && blocks <= MAX_ADVISED_REQUESTS) return hint('too-small', { requests: blocks })
  }
  return hint('more-seeds')
}

/** Ten blocks of a second, and the open time of most circuits. */
const LONG_ENOUGH_MS = 12_000
const SIMULATED = {
  ...{ seed: '', latenessMs: { p50: 0, p99: 0 } },
  roundTripMs: { p50: QUANTITIES.roundTripMs.standard, p99: QUANTITIES.roundTripMs.standard },
}

/** What to try after a run of one arm. */
export function hintForOne(result: Unjudged, arm: ArmResult): Message {
  const guarded = circuitOf(arm.name) !== null
  const allWell = arm.outcomes.failed + arm.outcomes.shortCircuited === 0
  if (isForeign(result)) return hint(guarded ? 'without-breaker-there' : 'with-breaker-there')
  if (onlyNotFound(arm)) {
    const found = { ...result, request: undefined }
    return hint('other-codes', result.simulated ? compareCommand([arm.name], found) : 'npx chaos burst')
  }
  if (allWell) {
    if (!result.simulated) return hint('fail-rate')
    return hint('nothing-failed', `${compareCommand([arm.name], result, { trouble: false })} --fail-rate 70`)
  }
  const late = guarded && opened(arm) && arm.outcomes.shortCircuited === 0 && leftAtOnce(result)
  const arms = guarded ? ['none', arm.name] : [arm.name, withBreaker(arm.name)]
  // Of one batch nothing is refused: what a breaker does is seen in several.
  const command = compareCommand(arms, result, { load: !leftAtOnce(result) })
  if (!guarded) return hint('with-breaker', command)
  return hint(late ? 'batches' : 'without-breaker', command)
}

/** `given` is the command to type, or figures. */
function hint(code: string, given: string | Figures = {}): Message {
  return { code: `hint.${code}`, figures: typeof given === 'string' ? { command: given } : given }
}

/** What to do about a circuit that was at work. */
function guarded(code: 'hurt' | 'helped' | 'price' | 'traded' | 'saved' | 'same', result: Unjudged): Message {
  const [first] = result.arms
  const last = result.arms.at(-1)?.name ?? 'breaker'
  const alike = differencesOf(result).every(difference => !spanOf(result, difference, 'usefulPoints')?.clear)
  const engines = alike && result.arms.every(arm => circuitOf(arm.name) !== null)
  const shorter = () =>
    opensBriefly(result)
      ? hint('the-settings', settings(last, result))
      : hint('shorter-open-time', settings(last, result))
  switch (code) {
    case 'hurt': {
      const product = first ? onlyProduct(first) : null
      if (product !== null) return withoutProduct(product, result)
      if (first && isTurnedAway(first)) return hint('rate-limited')
      return sawSpells(result) ? shorter() : outage(result, 'failures-in-spells')
    }
    case 'helped':
      return hint('its-settings', settings(last, result))
    case 'traded':
      return sawSpells(result) ? shorter() : outage(result, 'failures-in-spells')
    case 'price':
      return shorter()
    case 'saved':
      if (first && useful(first.outcomes) === 0) return outage(result, 'let-it-return')
      return wordsOf(last).includes('retry')
        ? hint('its-settings', settings(last, result))
        : hint('retries', compareCommand(['retry', `retry+${last}`], result))
    case 'same':
      return outage(result, engines ? 'decide-alike' : 'outage')
  }
}

/** Whether failures were seen to come and to go. */
function sawSpells(result: Unjudged): boolean {
  const [first] = result.arms
  return sawReturn(result) || (first !== undefined && cameInSpells(first))
}

/** An open time that is as short as a sweep would try. */
const SHORT_OPEN_MS = 250

function opensBriefly({ arms, conditions }: Unjudged): boolean {
  const circuit = conditions?.circuits?.find(({ arm }) => arm === arms.at(-1)?.name)
  const openForMs = circuit?.options.openForMs
  return typeof openForMs === 'number' && openForMs <= SHORT_OPEN_MS
}

function withoutProduct(product: string, result: Unjudged): Message {
  const codes = (result.request?.codes ?? []).filter(code => code !== product)
  return hint(
    'one-product',
    compareCommand(
      result.arms.map(arm => arm.name),
      result,
      { codes },
    ),
  )
}

/** What to do about an arm without a circuit. */
function unguarded(code: Code, result: Unjudged, last: string): Message {
  const words = wordsOf(last)
  if (code === 'helped' && words.includes('retry') && !isForeign(result)) {
    return hint('retry-storm', `${commandOf(result)} --scenario retry-storm`)
  }
  if (code === 'hurt' && words.includes('retry') && !words.includes('budget') && wastesMore(result)) {
    return hint('budget', compareCommand([last, `${last}+budget`], result))
  }
  if (code === 'hurt' && words.includes('bulkhead') && !last.includes('queue=')) {
    const roomier = last.replace(/bulkhead(?:\(([^()]*)\))?/, (_, max = '10') => `bulkhead(${max},queue=1000)`)
    return hint('queue', compareCommand([last, roomier], result))
  }
  if (code === 'hurt' && words.includes('timeout')) return hint('timeout')
  if (result.arms.length === 1 || isForeign(result)) return hint('another-arm', { arm: withBreaker(last) })
  return hint('add-breaker', compareCommand(last === 'none' ? ['none', 'breaker'] : [last, withBreaker(last)], result))
}

function wastesMore({ arms }: Unjudged): boolean {
  return (arms.at(-1)?.upstream.wasted ?? 0) > (arms[0]?.upstream.wasted ?? 0)
}

/** An outage to try: the usual one with these words, a longer one after it, and after that the settings. */
function outage(result: Unjudged, code: string): Message {
  if (isForeign(result)) return hint('foreign')
  const names = result.arms.map(arm => arm.name)
  const last = names.findLast(name => circuitOf(name) !== null) ?? 'breaker'
  const arms = circuitOf(names.at(-1) ?? '') === null ? ['none', last] : names
  const compare = compareCommand(arms, result, { load: false, trouble: false })
  // An outage shows what a breaker is for where all is well before and after it.
  const calm = (result.failRate?.atEnd ?? 0) > 0 ? ' --fail-rate 0' : ''
  // What the run says of the open time, for all circuits or in each arm, stands.
  const opens =
    result.conditions?.circuit?.openForMs !== undefined ||
    arms.every(name => circuitOf(name) === null || name.includes('open-for='))
  const words = (spell: string, lastsMs: number) =>
    `${compare} --outage ${spell} ${paceOf(result, lastsMs)}${opens ? '' : ' --open-for 250ms'}${calm}`
  if (!sawReturn(result)) return hint(code, words(SPELL.spell, SPELL.lastsMs))
  const longest = Math.max(...result.trouble.map(({ fromMs, toMs }) => toMs - fromMs))
  return longest < LONG_MS
    ? hint('longer-outage', words(LONGER_SPELL.spell, LONGER_SPELL.lastsMs))
    : hint('the-settings', settings(last, result))
}

/** The run's own pace for so long, where it has one that shows an outage; else ten requests every 100 ms. */
function paceOf({ load, conditions }: Unjudged, lastsMs: number): string {
  const { schedule, concurrency, everyMs, requests } = load
  const usual = `-n ${lastsMs / 10}`
  if (!conditions) return usual
  if (schedule?.kind === 'rate' || schedule?.kind === 'poisson') {
    const random = schedule.kind === 'poisson' ? ' --poisson' : ''
    return `--rate ${schedule.perSecond}/s${random} -n ${Math.ceil((schedule.perSecond * lastsMs) / 1_000)}`
  }
  if ((schedule?.kind ?? 'batches') !== 'batches' || concurrency >= requests || everyMs <= 0) return usual
  const count = concurrency * Math.ceil(lastsMs / everyMs)
  if (count > MAX_ADVISED_REQUESTS || (concurrency === 10 && everyMs === 100)) return usual
  const every = everyMs === 100 ? '' : ` --every ${formatDuration(everyMs)}`
  return `-n ${count}${concurrency === 10 ? '' : ` -c ${concurrency}`}${every}`
}

/** Open times that a simulated run tries side by side, in place of a sweep. */
const OPEN_TIMES = ['250ms', '1s', '4s'] as const

/** A sweep of the open time of an arm's circuit, under the conditions of the run. */
function settings(name: string, result: Unjudged): string {
  const open = name
    .replace(/open-for=[^,()]*,?/, '')
    .replace(/,\)/, ')')
    .replace('()', '')
  const { openForMs, ...circuit } = result.conditions?.circuit ?? {}
  const conditions = result.conditions && { ...result.conditions, circuit }
  const same = { ...result, conditions }
  const kept = { load: !leftAtOnce(result) }
  const opened = OPEN_TIMES.map(time => openFor(open, time))
  if (result.simulated && opened.some(arm => result.arms.every(other => other.name !== arm))) {
    return compareCommand([result.arms[0]?.name ?? 'none', ...opened], same, kept)
  }
  const flags = flagsOf(same, kept)
  return `${SETTINGS}${open === 'breaker' ? '' : ` --arm ${quoted(open)}`}${flags}`
}

/** The arm with an open time of its own, which it has not yet. */
function openFor(name: string, time: string): string {
  return name.replace(
    /\bbreaker(?:\(([^()]*)\))?/,
    (_, given?: string) => `breaker(${given ? `${given},` : ''}open-for=${time})`,
  )
}

/**
 * Requests an arm for an interval that leaves zero out, or reaches no further than 5 points to either side: by the width of that
 * of other days, which falls with the root of the number of requests.
 */
function enough(result: Unjudged): number {
  const { arms, otherDays } = result
  const [first, points] = [arms[0], otherDays?.differences.at(-1)?.usefulPoints]
  if (!first || !points) return 300
  const wanted = Math.max(GOOD_ENOUGH, 0.9 * Math.abs(points.mean))
  const times = Math.max(2, ((points.high - points.low) / 2 / wanted) ** 2)
  return Math.min(MAX_ADVISED_REQUESTS, Math.ceil((times * total(first.outcomes)) / 100) * 100)
}

/** Whether what was fired at is no flaky catalog, so that nothing there can be told to fail. */
function isForeign({ request }: Pick<Unjudged, 'request'>): boolean {
  return request !== undefined && !request.expectsJson
}

/** What makes another run like this one. */
function commandOf({ simulated }: Unjudged): string {
  if (!simulated) return 'npx chaos compare'
  const { p50, p99 } = simulated.roundTripMs
  const usual = p50 !== p99 || p50 === QUANTITIES.roundTripMs.standard
  return `npx chaos simulate${usual ? '' : ` --round-trip ${formatDuration(p50)}`}`
}

/** `chaos compare` with these arms, or `chaos simulate` after a simulated run, which it need not be told where they are its own, under the conditions of the run. */
function compareCommand(names: readonly string[], result: Unjudged, kept: Partial<Kept> = {}): string {
  const list = armList(names)
  const own = list === 'none,breaker' && result.conditions?.scenario === undefined
  return `${commandOf(result)}${own ? '' : ` --arms ${list}`}${flagsOf(result, kept)}`
}

/** The arm with a breaker added: `retry+breaker`. */
function withBreaker(name: string): string {
  const words = name.replace(/(^|\+)none(?=\+|$)/, '').replace(/^\+/, '')
  return words === '' ? 'breaker' : `${words}+breaker`
}
