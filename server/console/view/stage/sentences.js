/** What the stage says of a moment: what is broken, what the breaker does about it, the sign on the catalog; and the verdict at the end. */

/** @import { I18n } from '../../i18n/words.js' */
/** @import { StageRun } from '../../model/stage-run.js' */
/** @import { Trouble } from '../../model/trouble.js' */

import { policiesOf } from '../../model/arm-names.js'
import { usefulShare } from '../../model/run.js'
import { stateAt, totalsAt } from '../../model/stage-run.js'
import { troubleAt } from '../../model/trouble.js'
import { titlesOf } from '../arm-titles.js'
import { TO_CATALOG_MS } from './flow-canvas.js'

/** @typedef {'up' | 'down' | 'slow' | 'rate'} SignKind */
/** @typedef {{ kind: SignKind, above: string, word: string, below: string }} Sign */
/** @typedef {{ lines: [string, string], verdict: boolean, sign: Sign }} Told a line marks words as `failed[these]`: the colour of what they name */

/** Differences below this are none, in points. */
const EVEN_POINTS = 0.05
/** More than this is gained, in points. */
const WON_POINTS = 0.5
/** A price above this, in points, is too high. */
const WRONG_POINTS = 5
/** How far back a look at what comes of the requests goes, in milliseconds. */
const RECENT_MS = 1_500

/** What is said before anything ran. @param {I18n} i18n @returns {Told} */
export function tellIdle({ t }) {
  return {
    lines: [t('say.idle'), t('say.idleAsk')],
    verdict: false,
    sign: { kind: 'up', above: '', word: t('sign.up'), below: t('sign.upIdle') },
  }
}

/**
 * @param {I18n} i18n
 * @param {StageRun} run
 * @param {number} atMs
 * @returns {Told}
 */
export function tellMoment(i18n, run, atMs) {
  const ended = run.over && atMs >= run.lengthMs
  // The sign turns with the first request of a trouble, and back when the last one of it is at the catalog.
  const trouble = ended ? null : (troubleAt(run.troubles, atMs) ?? troubleAt(run.troubles, atMs - TO_CATALOG_MS))
  const past = run.troubles.findLast(({ toMs }) => toMs <= atMs) ?? null
  const sign = signOf(i18n, run, trouble, past, atMs)
  if (ended) return { lines: verdictOf(i18n, run), verdict: true, sign }
  return {
    lines: [whatIsBroken(i18n, run, trouble, past, atMs), whatBreakersDo(i18n, run, trouble !== null, atMs)],
    verdict: false,
    sign,
  }
}

/** @param {I18n} i18n @param {StageRun} run @param {Trouble | null} trouble @param {Trouble | null} past @param {number} atMs @returns {Sign} */
function signOf({ t, factor, rate }, run, trouble, past, atMs) {
  if (!trouble) {
    if (past?.kind === 'slow')
      return { kind: 'up', above: t('sign.speed'), word: t('sign.speedValue'), below: t('sign.speedAgain') }
    return { kind: 'up', above: '', word: t('sign.up'), below: t(past ? 'sign.upAgain' : 'sign.upNow') }
  }
  const seconds =
    run.kept || run.over ? Math.ceil((trouble.toMs - atMs) / 1_000) : Math.floor((atMs - trouble.fromMs) / 1_000)
  const forSoLong = t('sign.for', { seconds: Math.max(0, Math.floor((atMs - trouble.fromMs) / 1_000)) })
  if (trouble.kind === 'down') {
    const below = run.kept || run.over ? t('sign.downBack', { seconds: Math.max(1, seconds) }) : forSoLong
    return { kind: 'down', above: '', word: t('sign.down'), below }
  }
  if (trouble.kind === 'slow')
    return {
      kind: 'slow',
      above: t('sign.slow'),
      word: t('sign.slowValue', { value: factor(trouble.value) }),
      below: forSoLong,
    }
  return { kind: 'rate', above: t('sign.rate'), word: rate(trouble.value), below: t('sign.rateWhy') }
}

/** @param {I18n} i18n @param {StageRun} run @param {Trouble | null} trouble @param {Trouble | null} past @param {number} atMs */
function whatIsBroken(i18n, run, trouble, past, atMs) {
  const { t, factor, share } = i18n
  if (trouble?.kind === 'down') return t('say.down')
  if (trouble?.kind === 'rate') return t('say.rate', { value: share(trouble.value) })
  if (trouble) {
    const retries = run.names.some(name => policiesOf(name).includes('retry'))
    return t(retries ? 'say.slowRetries' : 'say.slow', { value: factor(trouble.value) })
  }
  // What left before the end of the trouble may still fail for a while.
  const since = Math.max(atMs - RECENT_MS, (past?.toMs ?? Number.NEGATIVE_INFINITY) + 2 * RECENT_MS)
  const titles = titlesOf(i18n, run.names)
  const failing = since < atMs ? run.names.findIndex((_, arm) => isFailing(run, arm, since, atMs)) : -1
  if (failing >= 0) return past ? t('say.stuck', { arm: titles[failing] ?? '' }) : t('say.failing')
  if (past) return t(past.kind === 'slow' ? 'say.speed' : 'say.back')
  return t('say.ok')
}

/** @param {StageRun} run @param {number} arm @param {number} since @param {number} atMs */
function isFailing(run, arm, since, atMs) {
  const { success, failed, fromCache } = totalsAt(run, arm, atMs, since)
  return failed > success + fromCache
}

/** @param {I18n} i18n @param {StageRun} run @param {boolean} troubled @param {number} atMs */
function whatBreakersDo({ t }, run, troubled, atMs) {
  const guarded = run.names.flatMap((_, arm) => (run.guarded[arm] ? [stateAt(run.edges[arm] ?? [], atMs)] : []))
  if (guarded.length === 0) return t('does.none')
  const many = guarded.length > 1
  const open = guarded.filter(state => state === 'open' || state === 'forced-open').length
  if (open > 0) return many ? t('does.manyOpen', { open, all: guarded.length }) : t('does.open')
  if (guarded.includes('half-open')) return t(many ? 'does.manyHalf' : 'does.half')
  if (troubled) return t(many ? 'does.manyCounting' : 'does.counting')
  const opened = run.edges.some(edges => edges.some(({ state, atMs: at }) => state === 'open' && at <= atMs))
  if (opened) return t(many ? 'does.manyBack' : 'does.back')
  return t(many ? 'does.manyOk' : 'does.ok')
}

/** What two arms come to beside each other. @param {StageRun} run @param {number} atMs */
export function differenceAt(run, atMs) {
  const [first, second] = [totalsAt(run, 0, atMs), totalsAt(run, 1, atMs)]
  const points = (usefulShare(second) ?? 0) - (usefulShare(first) ?? 0)
  return { points, first, second, saved: first.wasted === 0 ? 0 : 100 * (1 - second.wasted / first.wasted) }
}

/** @param {I18n} i18n @param {StageRun} run @returns {[string, string]} */
function verdictOf(i18n, run) {
  const { t, share, tenth, count } = i18n
  const titles = titlesOf(i18n, run.names)
  const totals = run.names.map((_, arm) => totalsAt(run, arm, run.lengthMs))
  const [one] = totals
  if (one && totals.length === 1) {
    return [
      t('ended.one', { useful: share(usefulShare(one) ?? 0) }),
      t('ended.oneWasted', { wasted: count(one.wasted) }),
    ]
  }
  const breakerLast = run.names.length === 2 && !run.guarded[0] && run.guarded[1]
  if (totals.every(({ wasted, failed }) => wasted === 0 && failed === 0)) {
    return [t('ended.calm'), t(breakerLast ? 'ended.calmBreaker' : 'ended.calmArms')]
  }
  if (!breakerLast) {
    const best = highest(totals, counts => usefulShare(counts) ?? 0)
    const thrifty = highest(totals, ({ wasted }) => -wasted)
    const values = { arm: titles[best] ?? '', useful: share(usefulShare(totals[best] ?? one ?? never()) ?? 0) }
    return [
      t('ended.most', values),
      t('ended.fewest', { arm: titles[thrifty] ?? '', wasted: count(totals[thrifty]?.wasted ?? 0) }),
    ]
  }
  const { points, saved } = differenceAt(run, run.lengthMs)
  const size = { points: tenth(Math.abs(points)) }
  if (points < -WRONG_POINTS) {
    return [t('ended.wrong', size), saved > 0 ? t('ended.wrongSaved', { saved: share(saved) }) : t('ended.wrongNone')]
  }
  const first =
    saved > 0 ? t('ended.saved', { saved: share(saved) }) : t(saved < 0 ? 'ended.wastedMore' : 'ended.savedNone')
  if (points > WON_POINTS) return [first, t('ended.won', size)]
  return [first, Math.abs(points) < EVEN_POINTS || points > 0 ? t('ended.even') : t('ended.cost', size)]
}

/** The place of the highest. @template T @param {readonly T[]} all @param {(one: T) => number} read */
function highest(all, read) {
  return all.reduce((best, one, index) => (read(one) > read(all[best] ?? one) ? index : best), 0)
}

/** @returns {never} */
function never() {
  throw new Error('a run has at least one arm')
}
