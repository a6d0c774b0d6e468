/** What an arm did beside its useful share, as clauses of one sentence, and which arm of several did best. */

import type { ArmDifference, ArmResult, Message, Unjudged } from '../result.ts'
import { amplification, total, useful, usefulDifference, usefulShare, wastedDifference } from '../stats/figures.ts'
import { circuitOf } from './arm-names.ts'
import { savedCalls } from './code.ts'

/** A refusal counts as "at once" where a failure took this many times as long, and long enough for a person to care. */
const MUCH_FASTER = 10
const NOTICED_MS = 20

/** Recoveries that lie this close to each other are not told apart, in milliseconds. */
const SAME_RECOVERY_MS = 500

/** The clauses in their order: answers, calls, time, recovery; empty where there is nothing to say. */
export function effects(result: Unjudged, first: ArmResult, last: ArmResult, difference: ArmDifference): Message[] {
  return [
    lost(result, first, last, difference),
    wasted(first, last, difference),
    atOnce(first, last),
    back(first, last),
  ].flatMap(clause => clause ?? [])
}

function lost(result: Unjudged, first: ArmResult, last: ArmResult, { pairs }: ArmDifference): Message | null {
  const reason = reasonOf(result, first, last)
  if (!pairs) return reason === 'unknown' ? null : { code: 'effect.lost-some', figures: { reason } }
  if (pairs.onlyFirst <= pairs.onlyArm) return null
  return { code: 'effect.lost', figures: { answers: pairs.onlyFirst, first: first.name, reason } }
}

/** The first arm does as well while the last one refuses as it does on the whole, or nearly. */
const NEARLY = 0.8

/** Why a circuit's refusals cost answers: each failure came on its own, or the circuit stayed open too long. */
function reasonOf({ trouble }: Unjudged, first: ArmResult, last: ArmResult): 'still-open' | 'independent' | 'unknown' {
  if (circuitOf(last.name) === null || useful(first.outcomes) <= useful(last.outcomes)) return 'unknown'
  if (trouble.length > 0) {
    const overMs = Math.max(...trouble.map(spell => spell.toMs))
    const refused = last.series.reduce((sum, { atMs, shortCircuited }) => sum + (atMs < overMs ? 0 : shortCircuited), 0)
    const all = useful(first.outcomes) - useful(last.outcomes)
    return refused >= all / 2 ? 'still-open' : 'unknown'
  }
  const shut = new Set(last.series.filter(quarter => quarter.shortCircuited > 0).map(quarter => quarter.atMs))
  const meanwhile = first.series.filter(quarter => shut.has(quarter.atMs))
  const answered = meanwhile.reduce((sum, quarter) => sum + useful(quarter), 0)
  const ended = meanwhile.reduce((sum, quarter) => sum + useful(quarter) + quarter.failed + quarter.shortCircuited, 0)
  const independent = ended > 0 && answered / ended >= NEARLY * (usefulShare(first.outcomes) ?? 1)
  return independent ? 'independent' : 'unknown'
}

function wasted(first: ArmResult, last: ArmResult, difference: ArmDifference): Message | null {
  const saved = savedCalls(difference)
  const before = first.upstream.wasted
  if (saved > 0) return { code: 'effect.saved', figures: { saved, before, part: saved / before } }
  const { wastedCalls } = difference
  if (!wastedCalls?.clear) return null
  return { code: 'effect.wasted', figures: { more: wastedCalls.value, perRequest: amplification(last) } }
}

function atOnce(first: ArmResult, last: ArmResult): Message | null {
  const [fast, slow] = [last.latencyMs.shortCircuited.p50, first.latencyMs.failed.p50]
  if (fast === null || slow === null || slow < NOTICED_MS || slow < MUCH_FASTER * fast) return null
  return { code: 'effect.at-once', figures: { fast, slow, first: first.name } }
}

function back(first: ArmResult, last: ArmResult): Message | null {
  const figures = { after: last.recoveryMs ?? 0, before: first.recoveryMs ?? 0, first: first.name }
  if (last.recovered && first.recovered === false) return { code: 'effect.back-alone', figures }
  if (last.recovered === false && first.recovered) return { code: 'effect.not-back', figures }
  if (!last.recovered || !first.recovered || Math.abs(figures.after - figures.before) < SAME_RECOVERY_MS) return null
  return { code: 'effect.back', figures }
}

/** Which two arms a verdict compares, and which of all is best; empty for fewer than three. */
export function ranking(result: Unjudged): Message[] {
  const { arms } = result
  const [first, last] = [arms[0], arms.at(-1)]
  if (!first || !last || arms.length < 3) return []
  return [{ code: 'best.compared', figures: { first: first.name, last: last.name } }, ...best(result)]
}

/** By useful answers, then by wasted calls, without selling chance as a difference. */
function best(result: Unjudged): Message[] {
  const arms = result.arms.filter(arm => total(arm.outcomes) > 0)
  const [top] = arms.toSorted((a, b) => (usefulShare(b.outcomes) ?? 0) - (usefulShare(a.outcomes) ?? 0))
  if (!top) return []
  const level = arms.filter(arm => arm === top || !usefulDifference(arm, top)?.clear)
  const [thrifty = top] = level.toSorted((a, b) => a.upstream.wasted - b.upstream.wasted)
  const alike = level.filter(arm => arm === thrifty || !wastedDifference(thrifty, arm)?.clear)
  const figures = { arms: arms.length, name: thrifty.name, wasted: thrifty.upstream.wasted }
  if (alike.length === arms.length) return [{ code: 'best.none', figures }]
  if (alike.length > 1) return [{ code: 'best.alike', figures: { ...figures, names: alike.map(arm => arm.name) } }]
  if (level.length > 1) return [{ code: 'best.thrifty', figures }]
  return [{ code: 'best.useful', figures: { ...figures, useful: usefulShare(thrifty.outcomes) } }]
}
