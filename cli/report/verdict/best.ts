/** Which arm of several did best: by useful answers, then by wasted calls, without selling chance as a difference. */

import { formatCount, formatShare, plural } from '../format.ts'
import type { ArmResult, Unjudged } from '../result.ts'
import { total, usefulDifference, usefulShare, wastedDifference } from '../stats/figures.ts'

/** Which two arms a verdict compares and which of all is best, in two sentences; empty for fewer than three. */
export function bestOf(result: Unjudged): string {
  const { arms } = result
  const [first, last] = [arms[0], arms.at(-1)]
  if (!first || !last || arms.length < 3) return ''
  return `That is ${last.name}, the last arm, against ${first.name}, the first. ${best(result)}`
}

function best(result: Unjudged): string {
  const arms = result.arms.filter(arm => total(arm.outcomes) > 0)
  const [top] = arms.toSorted((a, b) => (usefulShare(b.outcomes) ?? 0) - (usefulShare(a.outcomes) ?? 0))
  if (!top) return ''
  const level = arms.filter(arm => arm === top || !usefulDifference(result, arm, top)?.clear)
  const [thrifty = top] = level.toSorted((a, b) => a.upstream.wasted - b.upstream.wasted)
  const alike = level.filter(arm => arm === thrifty || !wastedDifference(thrifty, arm)?.clear)
  const of = `Best of the ${arms.length}`
  if (alike.length === arms.length) return `None of the ${arms.length} is clearly better than the others.`
  if (alike.length > 1) return `${of}, alike but for chance: ${list(alike)}.`
  const wasted = plural(thrifty.upstream.wasted, 'wasted call')
  if (level.length === 1)
    return `${of}: ${thrifty.name} (${formatShare(usefulShare(thrifty.outcomes))} useful, ${wasted}).`
  return `${of}: ${thrifty.name}: none has clearly more useful answers, and it wasted least (${formatCount(thrifty.upstream.wasted)} calls).`
}

function list(arms: readonly ArmResult[]): string {
  const names = arms.map(arm => arm.name)
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
