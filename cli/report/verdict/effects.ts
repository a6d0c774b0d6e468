/** What an arm did beside its useful share, as clauses for the second sentence of a verdict. */

import { formatCount, formatMs, formatShare, plural } from '../format.ts'
import type { ArmResult, Unjudged } from '../result.ts'
import { amplification, useful, usefulShare, wastedDifference } from '../stats/figures.ts'
import { circuitOf } from './arm-words.ts'
import { savedCalls } from './situation.ts'

/** A refusal counts as "at once" where a failure took this many times as long, and long enough for a person to care. */
const MUCH_FASTER = 10
const NOTICED_MS = 20

/** The sentence `It <clause>, <clause> and <clause>.`; empty where there is nothing to say. */
export function effectsSentence(result: Unjudged, first: ArmResult, last: ArmResult, without: string): string {
  const clauses = [
    ...lost(result, first, last, without),
    ...wasted(first, last),
    ...atOnce(first, last, without),
    ...back(first, last, without),
  ]
  const end = clauses.at(-1)
  if (end === undefined) return ''
  const before = clauses.slice(0, -1)
  return before.length === 0 ? `It ${end}.` : `It ${before.join(', ')}, and ${end}.`
}

function lost(result: Unjudged, first: ArmResult, last: ArmResult, without: string): string[] {
  const { pairs } = result
  const reason = why(result, first, last)
  const because = reason === '' ? '' : ` (${reason})`
  if (!pairs || pairs.a !== first.name || pairs.b !== last.name) {
    return reason === '' ? [] : [`lost answers${because}`]
  }
  if (pairs.onlyA <= pairs.onlyB) return []
  return [`lost ${plural(pairs.onlyA, 'answer')} that came ${without}${because}`]
}

/** The first arm does as well while the last one refuses as it does on the whole, or nearly. */
const NEARLY = 0.8

/** Why a circuit's refusals cost answers: each failure came on its own, or the circuit stayed open too long. */
function why({ trouble }: Unjudged, first: ArmResult, last: ArmResult): string {
  if (circuitOf(last.name) === null || useful(first.outcomes) <= useful(last.outcomes)) return ''
  if (trouble.length > 0) {
    const overMs = Math.max(...trouble.map(spell => spell.toMs))
    const refused = last.series.reduce((sum, { atMs, shortCircuited }) => sum + (atMs < overMs ? 0 : shortCircuited), 0)
    const all = useful(first.outcomes) - useful(last.outcomes)
    return refused >= all / 2 ? 'most while its circuit was still open after the trouble' : ''
  }
  const shut = new Set(last.series.filter(quarter => quarter.shortCircuited > 0).map(quarter => quarter.atMs))
  const meanwhile = first.series.filter(quarter => shut.has(quarter.atMs))
  const answered = meanwhile.reduce((sum, quarter) => sum + quarter.success + quarter.fromCache, 0)
  const ended = answered + meanwhile.reduce((sum, quarter) => sum + quarter.failed + quarter.shortCircuited, 0)
  const independent = ended > 0 && answered / ended >= NEARLY * (usefulShare(first.outcomes) ?? 1)
  return independent ? 'the failures were independent, so it refused calls that would have gone well' : ''
}

function wasted(first: ArmResult, last: ArmResult): string[] {
  const saved = savedCalls(first, last)
  const before = first.upstream.wasted
  if (saved > 0) {
    return [`saved ${formatCount(saved)} of ${formatCount(before)} wasted calls (${formatShare(saved / before)})`]
  }
  const difference = wastedDifference(first, last)
  if (!difference?.clear) return []
  const calls = amplification(last)
  return [`made ${formatCount(difference.value)} more wasted calls (${calls?.toFixed(2)} calls a request)`]
}

function atOnce(first: ArmResult, last: ArmResult, without: string): string[] {
  const [fast, slow] = [last.latencyMs.shortCircuited.p50, first.latencyMs.failed.p50]
  if (fast === null || slow === null || slow < NOTICED_MS || slow < MUCH_FASTER * fast) return []
  return [`refused in ${formatMs(fast)} what took ${formatMs(slow)} to fail ${without}`]
}

function back(first: ArmResult, last: ArmResult, without: string): string[] {
  const after = last.recoveryMs ?? 0
  if (last.recovered && first.recovered === false) {
    return [`was back ${when(after)} after the trouble, while ${without} nothing came back before the run ended`]
  }
  if (last.recovered === false && first.recovered) return [`was not back before the run ended, as it was ${without}`]
  if (!last.recovered || !first.recovered || Math.abs(after - (first.recoveryMs ?? 0)) < 500) return []
  return [`was back ${when(after)} after the trouble, ${when(first.recoveryMs ?? 0)} ${without}`]
}

function when(ms: number): string {
  return ms === 0 ? 'at once' : formatMs(ms)
}
