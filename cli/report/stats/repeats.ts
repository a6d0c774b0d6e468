/** Several runs of one experiment as one: sums of what they counted, and how far their differences lie apart. */

import type { ArmDifference, ArmResult, Result, Unjudged } from '../result.ts'
import { differencesOf } from './differences.ts'

/**
 * The runs together, to be judged. Counts are those of all; a difference in points is the mean of the runs' own. Other days are
 * those of the last run; where nothing is known of them, the runs themselves say how far days lie apart (Student's t). What cannot
 * be added up is the last run's.
 * @param runs at least two, of the same arms
 */
export function allRuns(runs: readonly Result[]): Unjudged {
  const last = runs.at(-1)
  if (!last) throw new RangeError('no runs')
  const { verdict, pairs, ...rest } = last
  const arms = last.arms.map((arm, index) =>
    together(
      runs.flatMap(run => run.arms[index] ?? []),
      arm,
    ),
  )
  const all = runs.map(run => differencesOf(run))
  const differences = differencesOf(last).map((difference, index) => {
    return mean(
      all.flatMap(each => each[index] ?? []),
      difference,
    )
  })
  const pairing = pairingOfAll(runs)
  const requests = runs.reduce((sum, run) => sum + run.load.requests, 0)
  const known = last.otherDays?.differences.some(({ usefulPoints }) => usefulPoints !== null)
  const days = known || runs.length < 2 ? {} : { otherDays: daysOf(runs, all) }
  const told = pairing ? { pairing } : {}
  return { ...rest, ...days, ...told, pairs: null, arms, differences, load: { ...last.load, requests } }
}

/** Whether request k met the same fate in every arm of every run, and all reasons why it did not in one; null for a single arm. */
export function pairingOfAll(runs: readonly Unjudged[]): NonNullable<Result['pairing']> | null {
  const all = runs.flatMap(({ pairing }) => pairing ?? [])
  if (all.length === 0) return null
  return { holds: all.every(({ holds }) => holds), because: [...new Set(all.flatMap(({ because }) => because))] }
}

/** Other days as the runs themselves show them. */
function daysOf(runs: readonly Result[], all: readonly (readonly ArmDifference[])[]): NonNullable<Result['otherDays']> {
  const arms = runs[0]?.arms ?? []
  const of = (index: number, member: 'usefulPoints' | 'wastedCalls') =>
    anotherRun(
      all.flatMap(run => run[index]?.[member]?.value ?? []),
      runs.length,
      member === 'usefulPoints' ? MAX_POINTS : undefined,
    )
  return {
    replicates: runs.length,
    basis: 'runs',
    varied: ['all that differed between the runs'],
    method: "prediction interval for one more run by the spread of these (Student's t)",
    arms: arms.map(({ name }) => ({ name, useful: null, wasted: null, recoveryMs: null, recovered: 0 })),
    differences: (all[0] ?? []).map(({ arm, against }, index) => ({
      ...{ arm, against },
      usefulPoints: of(index, 'usefulPoints'),
      wastedCalls: of(index, 'wastedCalls'),
    })),
  }
}

function together(arms: readonly ArmResult[], last: ArmResult): ArmResult {
  const sum = (count: (arm: ArmResult) => number) => arms.reduce((total, arm) => total + count(arm), 0)
  const byClass = (counts: (arm: ArmResult) => Readonly<Record<string, number>>) => {
    const names = new Set(arms.flatMap(arm => Object.keys(counts(arm))))
    return Object.fromEntries([...names].map(name => [name, sum(arm => counts(arm)[name] ?? 0)]))
  }
  const codes = last.byCode?.map(({ code }) => {
    const of = (arm: ArmResult) => arm.byCode?.find(each => each.code === code)
    return { code, requests: sum(arm => of(arm)?.requests ?? 0), failed: sum(arm => of(arm)?.failed ?? 0) }
  })
  const recoveries = arms.flatMap(arm => arm.recoveryMs ?? [])
  const recovered = arms.some(arm => arm.recovered === false) ? false : recoveries.length > 0 ? true : null
  return {
    ...last,
    outcomes: {
      success: sum(arm => arm.outcomes.success),
      failed: sum(arm => arm.outcomes.failed),
      shortCircuited: sum(arm => arm.outcomes.shortCircuited),
      fromCache: sum(arm => arm.outcomes.fromCache),
    },
    upstream: { calls: sum(arm => arm.upstream.calls), wasted: sum(arm => arm.upstream.wasted) },
    failures: byClass(arm => arm.failures),
    statuses: byClass(arm => arm.statuses ?? {}),
    ...(codes ? { byCode: codes.toSorted((a, b) => b.failed - a.failed) } : {}),
    recovered,
    recoveryMs: recovered ? Math.max(...recoveries) : null,
    recoveries: arms.flatMap(arm => arm.recoveries ?? []),
    states: arms.flatMap(arm => arm.states),
  }
}

function mean(runs: readonly ArmDifference[], last: ArmDifference): ArmDifference {
  const { pairs, lost, refused, usefulPoints, wastedCalls, calls, ...rest } = last
  const everyRun = (member: 'pairs' | 'lost') => runs.every(run => run[member])
  const sum = (count: (run: ArmDifference) => number | undefined) =>
    runs.reduce((total, run) => total + (count(run) ?? 0), 0)
  const of = (member: 'usefulPoints' | 'wastedCalls' | 'calls') => {
    const known = runs.flatMap(run => run[member]?.value ?? [])
    const sum = known.reduce((all, value) => all + value, 0)
    return known.length < runs.length ? null : { value: member === 'usefulPoints' ? sum / runs.length : sum }
  }
  return {
    ...rest,
    usefulPoints: of('usefulPoints'),
    wastedCalls: of('wastedCalls'),
    calls: of('calls'),
    latencyMs: {},
    ...(everyRun('pairs')
      ? {
          pairs: {
            both: sum(run => run.pairs?.both),
            onlyFirst: sum(run => run.pairs?.onlyFirst),
            onlyArm: sum(run => run.pairs?.onlyArm),
            neither: sum(run => run.pairs?.neither),
          },
        }
      : {}),
    ...(everyRun('lost')
      ? {
          lost: {
            answers: sum(run => run.lost?.answers),
            refused: sum(run => run.lost?.refused),
            afterTrouble: sum(run => run.lost?.afterTrouble),
          },
        }
      : {}),
    ...(refused ? { refused: { ...refused, requests: sum(run => run.refused?.requests) } } : {}),
  }
}

/** Two-sided 95 % quantiles of Student's t for 1 to 10 degrees of freedom; beyond them 1.96 + 2.5 / df is off by less than 0.01. */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]

/** A useful share is at most 100 points above or below another. */
const MAX_POINTS = 100

/** Between which limits one more run lies with a probability of 95 %, where runs are normal; null where one has no value. */
function anotherRun(
  values: readonly number[],
  runs: number,
  max = Number.POSITIVE_INFINITY,
): { mean: number; low: number; high: number } | null {
  const n = values.length
  if (n < runs || n < 2) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  const t = T[n - 2] ?? 1.96 + 2.5 / (n - 1)
  const reach = t * Math.sqrt(variance * (1 + 1 / n))
  return { mean, low: Math.max(-max, mean - reach), high: Math.min(max, mean + reach) }
}
