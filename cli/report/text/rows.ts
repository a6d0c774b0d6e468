/** The rows of the table of outcomes: what is said of every arm, in which order, and how each figure is written. */

import { differenceText } from '../../../server/console/wording/spans.js'
import { formatCount, formatMs, formatShare, formatSigned, NOTHING } from '../format.ts'
import type { Tone } from '../look.ts'
import type { ArmDifference, ArmResult, Unjudged } from '../result.ts'
import { differencesOf, type Span, spanOf } from '../stats/differences.ts'
import { amplification, foundNothing, opened, usefulShare } from '../stats/figures.ts'
import { knownTrouble, timeToOpen } from '../stats/recovery.ts'
import type { Words } from '../verdict/words.ts'
import { numeral, recoveryText } from '../verdict/words.ts'

/** What is said of every arm in one respect. */
export interface Row {
  readonly label: string
  readonly tone: Tone
  /** One text an arm. */
  readonly values: readonly string[]
  /** How each arm differs from the first; `~` where that may be chance, empty where nothing is to be said. */
  readonly differences: readonly string[]
}

/** Rows that belong together. */
export interface Group {
  readonly title: string
  readonly rows: readonly Row[]
}

/** One line of a table that has a column for each arm. */
export interface Line {
  readonly label: string
  readonly tone: Tone
  readonly cells: readonly string[]
}

/** The outcomes in the order of every report. */
export const OUTCOMES = [
  { key: 'success', tone: 'useful' },
  { key: 'fromCache', tone: 'cached' },
  { key: 'failed', tone: 'failed' },
  { key: 'shortCircuited', tone: 'refused' },
] as const

/** Which percentiles of an outcome are worth a row; the other formats carry them all. */
const POINTS = { success: ['p50', 'p95', 'p99', 'max'], other: ['p50', 'p95'] } as const

/** Everything the table says of a result. Rows about what no arm met (a cache, a recovery) are left out. */
export function tableGroups(result: Unjudged, words: Words): Group[] {
  const differences = differencesOf(result)
  const rows = [
    { title: '', rows: outcomeRows(result, differences, words) },
    { title: '', rows: upstreamRows(result, differences, words) },
    { title: words('row.latency'), rows: latencyRows(result, differences, words) },
    { title: '', rows: timeRows(result, words) },
  ]
  return rows
    .filter(group => group.rows.length > 0)
    .map(({ title, rows }) => ({ title, rows: rows.map(row => inNumerals(row, words)) }))
}

/**
 * The lines of some rows with all arms side by side. Two arms leave room for a column of differences; those of more get
 * lines of their own, against the arm of the first name.
 */
export function linesOf(rows: readonly Row[], names: readonly string[], words: Words): Line[] {
  return rows.flatMap(({ label, tone, values, differences }): Line[] => {
    if (names.length === 2) return [{ label, tone, cells: [...values, differences[1] ?? ''] }]
    const [silent, alike] = [values, differences].map(texts => texts.every(text => text === ''))
    if (silent) return alike ? [] : [{ label: `  ${label}`, tone, cells: differences }]
    const line: Line = { label, tone, cells: values }
    if (alike) return [line]
    const indent = label.length - label.trimStart().length
    return [
      line,
      {
        label: `${' '.repeat(indent + 2)}${words('row.against', { first: names[0] ?? '' })}`,
        tone: 'quiet',
        cells: differences,
      },
    ]
  })
}

function outcomeRows(result: Unjudged, all: readonly ArmDifference[], words: Words): Row[] {
  const { arms } = result
  const useful = against(arms, all, difference => spanOf(result, difference, 'usefulPoints'))
  const guarded = arms.some(arm => arm.states.length > 0)
  const always = { success: true, failed: true, shortCircuited: guarded, fromCache: false }
  const met = OUTCOMES.filter(({ key }) => always[key] || arms.some(arm => arm.outcomes[key] > 0))
  return [
    {
      ...row(words('row.useful'), 'strong', arms, arm =>
        foundNothing(arm) ? formatShare(0) : formatShare(usefulShare(arm.outcomes)),
      ),
      differences: useful.map(difference =>
        differenceText(difference, ({ value }) => words('row.points', { points: formatSigned(value) })),
      ),
    },
    ...daysRows(result, useful, all, words),
    ...met.map(({ key, tone }) =>
      row(`  ${words(`outcome.${key}`)}`, tone, arms, arm => formatCount(arm.outcomes[key])),
    ),
  ]
}

/** What other days give beside it, and the formula for requests that fail each on its own, where they do. */
function daysRows(
  { arms, otherDays }: Unjudged,
  useful: readonly (Span | null)[],
  all: readonly ArmDifference[],
  words: Words,
): Row[] {
  if (!otherDays || arms.length < 2) return []
  const line = (label: string, intervals: readonly (readonly [number, number] | null | undefined)[]): Row[] => {
    const differences = intervals.map(both =>
      both ? words('row.range', { low: formatSigned(both[0]), high: formatSigned(both[1]) }) : '',
    )
    const silent = differences.every(text => text === '')
    return silent ? [] : [{ label, tone: 'quiet', values: arms.map(() => ''), differences }]
  }
  const days = useful.map(span => span?.days)
  const mean = [null, ...all.map(({ usefulPoints }) => usefulPoints?.ci95)]
  return [
    ...line(`  ${words(`days.${otherDays.basis ?? 'simulated'}`)}`, days),
    ...line(`  ${words('days.mean')}`, mean),
  ]
}

function upstreamRows(result: Unjudged, all: readonly ArmDifference[], words: Words): Row[] {
  const { arms } = result
  const before = arms[0]?.upstream.wasted ?? 0
  const change = (value: number) =>
    before === 0 ? formatSigned(value, 0) : `${formatSigned((value / before) * 100, 0)} %`
  const wasted = against(arms, all, difference => spanOf(result, difference, 'wastedCalls'))
  return [
    row(words('row.calls'), 'plain', arms, arm => formatCount(arm.upstream.calls)),
    {
      ...row(words('row.wasted'), 'failed', arms, arm => formatCount(arm.upstream.wasted)),
      differences: wasted.map(difference => differenceText(difference, ({ value }) => change(value))),
    },
    row(words('row.per-request'), 'plain', arms, arm => amplification(arm)?.toFixed(2) ?? NOTHING),
  ]
}

function latencyRows({ arms }: Unjudged, all: readonly ArmDifference[], words: Words): Row[] {
  const met = OUTCOMES.filter(({ key }) => arms.some(arm => arm.latencyMs[key].count > 0))
  return met.flatMap(({ key, tone }) =>
    POINTS[key === 'success' ? key : 'other'].map((point): Row => {
      const differences = against(arms, all, ({ latencyMs }) => (point === 'max' ? null : latencyMs[key]?.[point]))
      const change = ({ value }: Shown) => `${value < 0 ? '-' : '+'}${formatMs(Math.abs(value))}`
      return {
        ...row(`  ${words(`outcome.${key}`)} ${point}`, tone, arms, arm => formatMs(arm.latencyMs[key][point])),
        differences: differences.map(difference => differenceText(difference, change)),
      }
    }),
  )
}

/** One of the differences of each arm; null for the first, and where there is none. */
function against<T>(
  arms: readonly ArmResult[],
  all: readonly ArmDifference[],
  of: (difference: ArmDifference) => T | null | undefined,
): (T | null)[] {
  return arms.map((_, index) => {
    const difference = index === 0 ? undefined : all[index - 1]
    return (difference && of(difference)) ?? null
  })
}

/** A span, or the difference of two percentiles, which has an interval of its own. */
type Shown = Pick<Span, 'value' | 'clear'> & Partial<Pick<Span, 'days'>>

function timeRows(result: Unjudged, words: Words): Row[] {
  const { arms } = result
  const trouble = knownTrouble(result)
  const rows: Row[] = []
  if (arms.some(arm => arm.states.length > 0)) {
    rows.push(
      row(words('row.time-to-open'), 'plain', arms, arm => {
        if (arm.states.length === 0) return NOTHING
        const ms = timeToOpen(arm.states, trouble)
        if (ms === null) return words(opened(arm) ? 'when.before-only' : 'when.never')
        return ms === 0 ? words('when.at-once') : formatMs(ms)
      }),
    )
  }
  if (arms.some(arm => arm.recovered !== null)) {
    const several = arms.some(({ recoveries = [] }) => recoveries.length > 1)
    rows.push(
      row(words(several ? 'row.longest-recovery' : 'row.recovery'), 'strong', arms, arm => recoveryText(arm, words)),
    )
  }
  return rows
}

/** The row with its numbers as the language writes them; words keep their dots, as they have none. */
function inNumerals({ values, differences, ...rest }: Row, words: Words): Row {
  const write = (text: string) => numeral(text, words)
  return { ...rest, values: values.map(write), differences: differences.map(write) }
}

function row(label: string, tone: Tone, arms: readonly ArmResult[], write: (arm: ArmResult) => string): Row {
  return { label, tone, values: arms.map(write), differences: arms.map(() => '') }
}
