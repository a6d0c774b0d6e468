/** What an arm did beside its two numbers, as clauses of one sentence; what the arms between did, and which of all is best. */

import type { ArmDifference, ArmResult, Message, Unjudged } from '../result.ts'
import { differencesOf, spanBetween, spanOf } from '../stats/differences.ts'
import { total, usefulShare } from '../stats/figures.ts'
import type { ComparedFigure } from '../stats/other-days.ts'
import { reasonOf } from './cause.ts'

/** A refusal counts as "at once" where the same request took this many times as long, and long enough for a person to care. */
const MUCH_FASTER = 10
const NOTICED_MS = 20

/** Recoveries that lie this close to each other are not told apart, in milliseconds. */
const SAME_RECOVERY_MS = 500

/** Arms between the first and the last that get a sentence each. */
const MAX_DESCRIBED = 5

/** The clauses in their order: answers, time, recovery; empty where there is nothing to say. */
export function effects(result: Unjudged, first: ArmResult, last: ArmResult, difference: ArmDifference): Message[] {
  return [exchanged(result, first, last, difference), atOnce(first, difference), back(first, last)].flatMap(
    clause => clause ?? [],
  )
}

/** Answers that came in one of the two arms alone: what was lost, beside what was gained. */
function exchanged(result: Unjudged, first: ArmResult, last: ArmResult, difference: ArmDifference): Message | null {
  const { pairs } = difference
  const { reason, figures } = reasonOf(first, last, difference)
  // Without pairs it is not known which answers these were, but why there are fewer may be.
  if (!pairs && reason !== 'unknown' && clearlyFewer(result, difference)) {
    return { code: 'effect.lost-some', figures: { ...figures, reason } }
  }
  if (!pairs || pairs.onlyFirst + pairs.onlyArm === 0) return null
  const said = { ...figures, answers: pairs.onlyFirst, gained: pairs.onlyArm, first: first.name, reason }
  if (pairs.onlyFirst === 0) return { code: 'effect.gained', figures: said }
  return { code: pairs.onlyArm === 0 ? 'effect.lost' : 'effect.lost-and-gained', figures: said }
}

function clearlyFewer(result: Unjudged, difference: ArmDifference): boolean {
  const points = spanOf(result, difference, 'usefulPoints')
  return points?.clear === true && points.value < 0
}

function atOnce(first: ArmResult, { refused }: ArmDifference): Message | null {
  if (!refused) return null
  const { p50Ms: fast, firstP50Ms: slow } = refused
  if (slow < NOTICED_MS || slow < MUCH_FASTER * fast) return null
  return { code: 'effect.at-once', figures: { fast, slow, first: first.name } }
}

function back(first: ArmResult, last: ArmResult): Message | null {
  const figures = { after: last.recoveryMs ?? 0, before: first.recoveryMs ?? 0, first: first.name }
  if (last.recovered && first.recovered === false) return { code: `effect.back-alone${until(first)}`, figures }
  if (last.recovered === false && first.recovered) return { code: `effect.not-back${until(last)}`, figures }
  if (!last.recovered || !first.recovered || Math.abs(figures.after - figures.before) < SAME_RECOVERY_MS) return null
  return { code: 'effect.back', figures }
}

/** Whether an arm that was not back had until the end of the run, or until the next trouble. */
function until({ recoveries = [] }: ArmResult): '' | '-between' {
  return recoveries.length > 0 && recoveries.at(-1)?.recovered !== false ? '-between' : ''
}

/** Which two arms a verdict compares, what those between them did, and which of all is best; empty for fewer than three. */
export function ranking(result: Unjudged): Message[] {
  const { arms } = result
  const [first, last] = [arms[0], arms.at(-1)]
  if (!first || !last || arms.length < 3) return []
  const compared = { code: 'best.compared', figures: { first: first.name, last: last.name } }
  return [compared, ...between(result), ...best(result)]
}

function between(result: Unjudged): Message[] {
  const [first] = result.arms
  const differences = differencesOf(result)
  return result.arms
    .slice(1, -1)
    .slice(0, MAX_DESCRIBED)
    .map((arm, index): Message => {
      const difference = differences[index]
      const points = difference ? spanOf(result, difference, 'usefulPoints') : null
      const tells = points?.clear || (points?.days === null && points.value !== 0)
      const code = tells ? (points.value > 0 ? 'more' : 'fewer') : 'chance'
      return {
        code: 'best.between',
        figures: {
          ...{ name: arm.name, useful: usefulShare(arm.outcomes), points: points?.value ?? null, by: code },
          ...{ wasted: arm.upstream.wasted, first: first?.name ?? '' },
        },
      }
    })
}

/** By useful answers, then by wasted calls, as far as other days have it too; nothing where nobody knows that. */
function best(result: Unjudged): Message[] {
  if (result.otherDays?.differences.every(({ usefulPoints }) => usefulPoints === null) ?? true) return []
  const arms = result.arms.filter(arm => total(arm.outcomes) > 0)
  const [top] = arms.toSorted((a, b) => (usefulShare(b.outcomes) ?? 0) - (usefulShare(a.outcomes) ?? 0))
  if (!top) return []
  const level = arms.filter(arm => arm === top || !tellsApart(result, arm, top, 'usefulPoints'))
  const [thrifty = top] = level.toSorted((a, b) => a.upstream.wasted - b.upstream.wasted)
  const alike = level.filter(arm => arm === thrifty || !tellsApart(result, arm, thrifty, 'wastedCalls'))
  const figures = { arms: arms.length, name: thrifty.name, wasted: thrifty.upstream.wasted }
  if (alike.length === arms.length) return [{ code: 'best.none', figures }]
  if (alike.length > 1) return [{ code: 'best.alike', figures: { ...figures, names: alike.map(arm => arm.name) } }]
  if (level.length > 1) return [{ code: 'best.thrifty', figures }]
  return [{ code: 'best.useful', figures: { ...figures, useful: usefulShare(thrifty.outcomes) } }]
}

/** Whether two arms differ clearly. */
function tellsApart(result: Unjudged, a: ArmResult, b: ArmResult, of: ComparedFigure): boolean {
  const [first] = result.arms
  const [from, to] = b === first ? [b, a] : [a, b]
  const difference = from === first ? differencesOf(result)[result.arms.indexOf(to) - 1] : undefined
  const span = difference ? spanOf(result, difference, of) : spanBetween(result, from, to, of)
  return span?.clear ?? false
}
