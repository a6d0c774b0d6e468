/** What the simulator expects of a run, in sentences that are printed before it. */

import type { Look } from '../look.ts'
import type { OtherDays } from '../result.ts'
import type { Words } from '../verdict/words.ts'
import { prose } from '../wrap.ts'

/** A line for each arm and for each difference, with an empty one after them. */
export function predictionText(predicted: OtherDays, { width, palette, words }: Look): string {
  const lines = predictionLines(predicted, words).map(line => prose(line, width))
  return `${palette.paint('quiet', lines.join('\n'))}\n\n`
}

function predictionLines({ replicates: days, arms, differences }: OtherDays, words: Words): string[] {
  const ofArms = arms.flatMap(({ name: arm, useful, wasted, recoveryMs }) => {
    if (!useful || !wasted) return [words('predict.too-few', { arm, days })]
    const calls = { calls: Math.round(wasted.mean), callsLow: wasted.low, callsHigh: wasted.high }
    const back = recoveryMs ? [words('predict.recovery', { arm, ...recoveryMs })] : []
    return [words('predict.arm', { arm, days, ...useful, ...calls }), ...back]
  })
  const ofDifferences = differences.flatMap(({ arm, against, usefulPoints, wastedCalls }) => {
    if (!usefulPoints || !wastedCalls) return []
    const calls = { calls: wastedCalls.mean, callsLow: wastedCalls.low, callsHigh: wastedCalls.high }
    return [words('predict.difference', { arm, against, ...usefulPoints, ...calls })]
  })
  return [...ofArms, ...ofDifferences]
}
