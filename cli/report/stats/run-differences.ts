/** Two runs compared arm by arm: what they did, and how a day of the one differs from a day of the other. */

import type { ArmResult, OtherDays, Result, Unjudged } from '../result.ts'
import { differencesOf, type Span, spanOf } from './differences.ts'
import { type ComparedFigure, daysOfArm, unlikeDays } from './other-days.ts'

/** A result and the name that it is called by: its number, or the file it came from. */
export interface Named {
  readonly name: string
  readonly result: Result
}

/** An arm that both runs have. */
export interface RunDifference {
  /** What the arm is called in either. */
  readonly before: string
  readonly after: string
  /** The two as if they were the arms of one run. */
  readonly run: Unjudged
  readonly usefulPoints: Span | null
  readonly wastedCalls: Span | null
}

/** Each arm that both results have. Where each has only one arm, the two are compared whatever their names. */
export function runDifferences(before: Named, after: Named): RunDifference[] {
  return coupled(before.result, after.result).map(([from, to]) => {
    const run = sideBySide(before, after, from, to)
    const [difference] = differencesOf(run)
    const span = (of: ComparedFigure) => (difference ? spanOf(run, difference, of) : null)
    const spans = { usefulPoints: span('usefulPoints'), wastedCalls: span('wastedCalls') }
    return { before: from.name, after: to.name, run, ...spans }
  })
}

function coupled(before: Result, after: Result): [from: ArmResult, to: ArmResult][] {
  const [only, other] = [before.arms[0], after.arms[0]]
  if (only && other && before.arms.length === 1 && after.arms.length === 1) return [[only, other]]
  return before.arms.flatMap(from => {
    const to = after.arms.find(({ name }) => name === from.name)
    return to ? [[from, to] as [ArmResult, ArmResult]] : []
  })
}

/**
 * The two arms as if they were arms of one run: they met different fates, so nothing is paired. Where the trouble was
 * another, the time to open counts from different moments and is left out.
 */
function sideBySide(before: Named, after: Named, from: ArmResult, to: ArmResult): Unjudged {
  const alike = JSON.stringify(before.result.trouble) === JSON.stringify(after.result.trouble)
  const named = (arm: ArmResult, name: string) => ({
    ...arm,
    name,
    states: alike ? arm.states : [],
    ...(sameMeasure(before.result, after.result) ? {} : { recoveryMs: null, recovered: null, recoveries: [] }),
  })
  return {
    ...after.result,
    pairs: null,
    differences: undefined,
    otherDays: daysOfBoth(before, after, from, to),
    arms: [named(from, before.name), named(to, after.name)],
  }
}

/** How a day of the one arm differs from a day of the other, each under the conditions of its own run. */
function daysOfBoth(before: Named, after: Named, from: ArmResult, to: ArmResult): OtherDays {
  const [mine, theirs] = [daysOfArm(before.result.otherDays, from.name), daysOfArm(after.result.otherDays, to.name)]
  const of = (figure: ComparedFigure) => mine && theirs && unlikeDays(mine, theirs, figure)
  const blocks = [before, after].some(({ result }) => result.otherDays?.basis === 'blocks')
  return {
    replicates: mine && theirs ? Math.min(mine.useful.length, theirs.useful.length) : 0,
    basis: mine && theirs ? (blocks ? 'blocks' : 'simulated') : 'none',
    varied: ['the days of either run'],
    method: 'difference of a day of the one and an independent day of the other, by order statistics',
    arms: [],
    differences: [
      {
        arm: after.name,
        against: before.name,
        usefulPoints: of('usefulPoints'),
        wastedCalls: of('wastedCalls'),
      },
    ],
  }
}

/** Whether recovery means the same in both. */
export function sameMeasure(before: Result, after: Result): boolean {
  return before.recoveryMeasure === after.recoveryMeasure
}
