/** Where a run lies in what was predicted of it. */

import type { Message, Unjudged } from '../result.ts'
import { usefulShare } from '../stats/figures.ts'

/** Shares of the same counts may differ by this much, in points. */
const ROUNDING = 1e-9

interface Span {
  readonly low: number
  readonly high: number
}

/** A sentence for each arm of which something was predicted: what it came to, and which of its figures were not expected. */
export function predictionNotes({ predicted, arms }: Pick<Unjudged, 'predicted' | 'arms'>): Message[] {
  return (predicted?.arms ?? []).flatMap(({ name, useful, wasted, recoveryMs }): Message[] => {
    const arm = arms.find(each => each.name === name)
    const share = arm && usefulShare(arm.outcomes)
    if (!arm || share === null || share === undefined || !useful || !wasted) return []
    const figures = [
      { what: 'useful', value: 100 * share, span: useful },
      { what: 'wasted', value: arm.upstream.wasted, span: wasted },
      { what: 'recovery', value: arm.recoveryMs, span: recoveryMs },
    ]
    const outside = figures.flatMap(({ what, value, span }) =>
      value !== null && span !== null && isOutside(value, span) ? [what] : [],
    )
    const said = {
      ...{ arm: name, share, wasted: arm.upstream.wasted },
      ...{ low: useful.low, high: useful.high, callsLow: wasted.low, callsHigh: wasted.high },
    }
    return [
      outside.length === 0
        ? { code: 'note.predicted', figures: said }
        : { code: 'note.predicted-not', figures: { ...said, outside } },
    ]
  })
}

function isOutside(value: number, { low, high }: Span): boolean {
  return value < low - ROUNDING || value > high + ROUNDING
}
