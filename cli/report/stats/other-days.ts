/** Other days: what the figures of so many of them say of one more, and how two arms or two runs differ by them. */

import type { OtherDays } from '../result.ts'

/** What an arm came to on one day. */
export interface ArmDay {
  readonly requests: number
  readonly useful: number
  readonly wasted: number
  /** As in a result. */
  readonly recoveryMs: number | null
}

/** All arms, in their order. */
export type Day = readonly ArmDay[]

/** How many days are simulated where nobody says how many. */
export const STANDARD_DAYS = 199
/** Fewer days than this have no interval that holds 95 % of others. */
export const MIN_DAYS = 39
/** The figures of more days than this are not kept one by one. */
const MAX_KEPT_DAYS = 1_000

/** Where days come from. */
export type Origin = Required<Pick<OtherDays, 'basis' | 'varied' | 'method'>> & Pick<OtherDays, 'because'>

/** The span of one figure. */
export type DaySpan = { mean: number; low: number; high: number } | null

/** What the days are like: see `OtherDays`. Intervals are null for fewer than `MIN_DAYS` days. */
export function otherDays(names: readonly string[], days: readonly Day[], origin: Origin): OtherDays {
  const of = (figure: (day: Day) => number | null) => {
    return predictionInterval(
      days.flatMap(day => figure(day) ?? []),
      days.length,
    )
  }
  const kept = days.slice(0, MAX_KEPT_DAYS)
  return {
    replicates: days.length,
    ...origin,
    requests: days[0]?.[0]?.requests ?? 0,
    arms: names.map((name, arm) => ({
      name,
      useful: of(day => usefulPercent(day[arm])),
      wasted: of(day => day[arm]?.wasted ?? null),
      recoveryMs: of(day => day[arm]?.recoveryMs ?? null),
      recovered: days.filter(day => typeof day[arm]?.recoveryMs === 'number').length,
      days: {
        useful: kept.map(day => day[arm]?.useful ?? 0),
        wasted: kept.map(day => day[arm]?.wasted ?? 0),
        recoveryMs: kept.map(day => day[arm]?.recoveryMs ?? null),
      },
    })),
    differences: names.slice(1).map((arm, index) => {
      const less = (figure: (day: ArmDay | undefined) => number | null) =>
        of(day => lessOf(figure(day[index + 1]), figure(day[0])))
      return {
        ...{ arm, against: names[0] ?? '' },
        usefulPoints: less(usefulPercent),
        wastedCalls: less(day => day?.wasted ?? null),
        recoveryMs: less(day => day?.recoveryMs ?? null),
      }
    }),
  }
}

function usefulPercent(day: ArmDay | undefined): number | null {
  return day && day.requests > 0 ? (100 * day.useful) / day.requests : null
}

function lessOf(to: number | null, from: number | null): number | null {
  return to === null || from === null ? null : to - from
}

/**
 * Mean, and the interval between the k-th of the sorted values and the k-th from their end, with k = floor((n + 1) / 40): one
 * more value from where these came from falls into it with a probability of (n + 1 - 2k) / (n + 1), which is 95 % or a little
 * more (S. S. Wilks, Annals of Mathematical Statistics 12 (1941) 91-96). Null where not all days have the value, or they are too few.
 */
export function predictionInterval(values: readonly number[], days: number): DaySpan {
  if (values.length < days || days < MIN_DAYS) return null
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.floor((days + 1) / 40)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, low: sorted[rank - 1] ?? mean, high: sorted[days - rank] ?? mean }
}

/** The days of one arm. */
export interface DaysOfArm {
  readonly requests: number
  readonly useful: readonly number[]
  readonly wasted: readonly number[]
}

/** The days of the arm of that name; null where they are not known one by one. */
export function daysOfArm(days: OtherDays | undefined, name: string): DaysOfArm | null {
  const kept = days?.arms.find(arm => arm.name === name)?.days
  const requests = days?.requests ?? 0
  return kept && requests > 0 && kept.useful.length >= MIN_DAYS ? { ...kept, requests } : null
}

/** Figures that are compared day by day. */
export type ComparedFigure = 'usefulPoints' | 'wastedCalls'

/** The difference of `to` less `from` on the same days. */
export function sameDays(from: DaysOfArm, to: DaysOfArm, figure: ComparedFigure): DaySpan {
  return between(from, to, figure, index => index)
}

/** The difference of a day of `to` less another day of `from`: those of two runs have nothing in common. */
export function unlikeDays(from: DaysOfArm, to: DaysOfArm, figure: ComparedFigure): DaySpan {
  const days = Math.min(from.useful.length, to.useful.length)
  return between(from, to, figure, index => (index + Math.ceil(days / 2)) % days)
}

function between(from: DaysOfArm, to: DaysOfArm, figure: ComparedFigure, otherDay: (index: number) => number): DaySpan {
  const days = Math.min(from.useful.length, to.useful.length)
  const value = ({ useful, wasted, requests }: DaysOfArm, day: number) =>
    figure === 'wastedCalls' ? (wasted[day] ?? 0) : (100 * (useful[day] ?? 0)) / requests
  const differences = Array.from({ length: days }, (_, index) => value(to, index) - value(from, otherDay(index)))
  return predictionInterval(differences, days)
}
