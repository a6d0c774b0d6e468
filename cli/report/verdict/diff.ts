/** What two kept runs are to each other, as messages that every language has words for. */

import type { Message, Result, Unjudged } from '../result.ts'
import { differencesOf, spanOf } from '../stats/differences.ts'
import { type Named, type RunDifference, runDifferences, sameMeasure } from '../stats/run-differences.ts'

/** Two runs compared: each arm that both have with what is said of it, and what is said of the two as a whole. */
export interface RunComparison {
  readonly couples: readonly (RunDifference & { readonly says: readonly Message[] })[]
  readonly says: readonly Message[]
}

/** Compares two results arm by arm. Where each has only one arm, the two are compared whatever their names. */
export function compareRuns(before: Named, after: Named): RunComparison {
  const couples = runDifferences(before, after).map(couple => ({ ...couple, says: saysOf(couple.run, after.name) }))
  const says = [
    ...(couples.length === 0 ? [plain('nothing-in-common')] : []),
    ...others(before, after),
    ...mixed(before.result, after.result),
    ...unlike(before.result, after.result),
  ]
  return { couples, says }
}

function plain(code: string): Message {
  return { code: `diff.${code}`, figures: {} }
}

function saysOf(run: Unjudged, name: string): Message[] {
  const [difference] = differencesOf(run)
  const span = difference ? spanOf(run, difference, 'usefulPoints') : null
  if (!span) return [plain('empty')]
  const { value, clear, days } = span
  if (days === null) return [{ code: 'diff.unknown', figures: { name, here: value } }]
  const [low, high] = days
  const code = clear ? (value > 0 ? 'diff.more' : 'diff.fewer') : 'diff.chance'
  const isOutside = value < low || value > high
  return [
    { code, figures: { name, points: value, here: value, low, high } },
    ...(isOutside ? [{ code: 'diff.outside', figures: { here: value } }] : []),
    ...(run.otherDays?.basis === 'blocks' ? [plain('blocks')] : []),
  ]
}

/** Arms that only one of the two has. */
function others(before: Named, after: Named): Message[] {
  if (before.result.arms.length === 1 && after.result.arms.length === 1) return []
  const left = (of: Named, than: Named): Message[] => {
    const names = of.result.arms.map(arm => arm.name).filter(name => than.result.arms.every(arm => arm.name !== name))
    return names.length === 0 ? [] : [{ code: 'diff.only-in', figures: { name: of.name, arms: names } }]
  }
  return [...left(before, after), ...left(after, before)]
}

/** That recovery was measured in two ways, where both measured it. */
function mixed(before: Result, after: Result): Message[] {
  const measured = [before, after].every(({ arms }) => arms.some(arm => arm.recovered !== null))
  return measured && !sameMeasure(before, after) ? [plain('recovery-measure')] : []
}

/** What makes the two runs hard to compare. */
function unlike(before: Result, after: Result): Message[] {
  const load = ({ load: { requests, concurrency, everyMs, timeoutMs, schedule } }: Result) => {
    return [requests, concurrency, everyMs, timeoutMs, schedule ?? { kind: 'batches' }]
  }
  const parts: readonly (readonly [what: string, of: (result: Result) => unknown])[] = [
    ['load', load],
    ['target', ({ target }) => target],
    ['fail-rate', ({ failRate }) => failRate],
    ['trouble', ({ trouble }) => trouble],
    ['seed', ({ seed }) => seed],
  ]
  const what = parts.filter(([, of]) => JSON.stringify(of(before)) !== JSON.stringify(of(after))).map(([what]) => what)
  const rate = ({ failRate }: Result) => (failRate ? [failRate.atStart, failRate.atEnd] : null)
  return what.length === 0 ? [] : [{ code: 'diff.unlike', figures: { what, before: rate(before), after: rate(after) } }]
}
