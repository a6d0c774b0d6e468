/** Several runs of one experiment as one: sums of what they counted, and how far their differences lie apart. */

import type { ArmDifference, ArmResult, Difference, Result, Unjudged } from '../result.ts'
import { differencesOf } from './differences.ts'
import { includesZero } from './statistics.ts'

/**
 * The runs together, to be judged. Counts are those of all; a difference is the mean of the runs' own, between limits that the
 * runs' spread gives (Student's t), so that what is clear is what other seeds show too. What cannot be added up is the last run's.
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
  return { ...rest, ...(pairing ? { pairing } : {}), pairs: null, arms, differences, load: { ...last.load, requests } }
}

/** Whether request k met the same fate in every arm of every run, and all reasons why it did not in one; null for a single arm. */
export function pairingOfAll(runs: readonly Unjudged[]): NonNullable<Result['pairing']> | null {
  const all = runs.flatMap(({ pairing }) => pairing ?? [])
  if (all.length === 0) return null
  return { holds: all.every(({ holds }) => holds), because: [...new Set(all.flatMap(({ because }) => because))] }
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
    if (known.length < runs.length) return null
    return member === 'usefulPoints' ? spread(known, 1, MAX_POINTS) : spread(known, runs.length)
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

/** The mean of what each run showed, times `scale`, with the 95 % limits that its spread gives, within `max` of zero. */
function spread(values: readonly number[], scale: number, max = Number.POSITIVE_INFINITY): Difference {
  const n = values.length
  const middle = values.reduce((sum, value) => sum + value, 0) / n
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, n - 1)
  const t = T[n - 2] ?? 1.96 + 2.5 / (n - 1)
  const reach = t * Math.sqrt(variance / n)
  const within = (limit: number) => Math.max(-max, Math.min(max, limit * scale))
  const ci95: Difference['ci95'] = [within(middle - reach), within(middle + reach)]
  return { value: middle * scale, ci95, clear: n > 1 && !includesZero(ci95) }
}
