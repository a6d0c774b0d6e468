/** The rows of the table of outcomes: what is said of every arm, in which order, and how each figure is written. */

import { formatCount, formatMs, formatRecovery, formatShare, formatSigned, NOTHING } from '../format.ts'
import type { Tone } from '../look.ts'
import type { ArmDifference, ArmResult, Difference, Unjudged } from '../result.ts'
import { differencesOf, spanOf } from '../stats/differences.ts'
import { amplification, foundNothing, opened, usefulShare } from '../stats/figures.ts'
import { knownTrouble, timeToOpen } from '../stats/recovery.ts'
import { english } from '../verdict/words.ts'

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
export function tableGroups(result: Unjudged): Group[] {
  const differences = differencesOf(result)
  const rows = [
    { title: '', rows: outcomeRows(result, differences) },
    { title: '', rows: upstreamRows(result, differences) },
    { title: 'latency', rows: latencyRows(result, differences) },
    { title: '', rows: timeRows(result) },
  ]
  return rows.filter(group => group.rows.length > 0)
}

/**
 * The lines of some rows with all arms side by side. Two arms leave room for a column of differences; those of more get
 * lines of their own, against the arm of the first name.
 */
export function linesOf(rows: readonly Row[], names: readonly string[]): Line[] {
  return rows.flatMap(({ label, tone, values, differences }): Line[] => {
    if (names.length === 2) return [{ label, tone, cells: [...values, differences[1] ?? ''] }]
    const [silent, alike] = [values, differences].map(texts => texts.every(text => text === ''))
    if (silent) return alike ? [] : [{ label: `  ${label}`, tone, cells: differences }]
    const line: Line = { label, tone, cells: values }
    if (alike) return [line]
    const indent = label.length - label.trimStart().length
    return [line, { label: `${' '.repeat(indent + 2)}vs ${names[0]}`, tone: 'quiet', cells: differences }]
  })
}

function outcomeRows({ arms }: Unjudged, all: readonly ArmDifference[]): Row[] {
  const useful = against(arms, all, difference => spanOf(difference, 'usefulPoints'))
  const guarded = arms.some(arm => arm.states.length > 0)
  const always = { success: true, failed: true, shortCircuited: guarded, fromCache: false }
  const met = OUTCOMES.filter(({ key }) => always[key] || arms.some(arm => arm.outcomes[key] > 0))
  return [
    {
      ...row('useful answers', 'strong', arms, arm =>
        foundNothing(arm) ? formatShare(0) : formatShare(usefulShare(arm.outcomes)),
      ),
      differences: useful.map(difference => written(difference, ({ value }) => `${formatSigned(value)} pts`)),
    },
    ...(arms.length < 2 ? [] : [intervalRow(useful)]),
    ...met.map(({ key, tone }) =>
      row(`  ${english(`outcome.${key}`)}`, tone, arms, arm => formatCount(arm.outcomes[key])),
    ),
  ]
}

function intervalRow(useful: readonly (Difference | null)[]): Row {
  const differences = useful.map(difference =>
    difference ? `${formatSigned(difference.ci95[0])} to ${formatSigned(difference.ci95[1])}` : '',
  )
  return { label: '  95 % interval', tone: 'quiet', values: useful.map(() => ''), differences }
}

function upstreamRows({ arms }: Unjudged, all: readonly ArmDifference[]): Row[] {
  const before = arms[0]?.upstream.wasted ?? 0
  const change = (value: number) =>
    before === 0 ? formatSigned(value, 0) : `${formatSigned((value / before) * 100, 0)} %`
  const wasted = against(arms, all, difference => spanOf(difference, 'wastedCalls'))
  return [
    row('upstream calls', 'plain', arms, arm => formatCount(arm.upstream.calls)),
    {
      ...row('wasted calls', 'failed', arms, arm => formatCount(arm.upstream.wasted)),
      differences: wasted.map(difference => written(difference, ({ value }) => change(value))),
    },
    row('calls per request', 'plain', arms, arm => amplification(arm)?.toFixed(2) ?? NOTHING),
  ]
}

function latencyRows({ arms }: Unjudged, all: readonly ArmDifference[]): Row[] {
  const met = OUTCOMES.filter(({ key }) => arms.some(arm => arm.latencyMs[key].count > 0))
  return met.flatMap(({ key, tone }) =>
    POINTS[key === 'success' ? key : 'other'].map((point): Row => {
      const differences = against(arms, all, ({ latencyMs }) => (point === 'max' ? null : latencyMs[key]?.[point]))
      const change = ({ value }: Difference) => `${value < 0 ? '-' : '+'}${formatMs(Math.abs(value))}`
      return {
        ...row(`  ${english(`outcome.${key}`)} ${point}`, tone, arms, arm => formatMs(arm.latencyMs[key][point])),
        differences: differences.map(difference => written(difference, change)),
      }
    }),
  )
}

/** One of the differences of each arm; null for the first, and where there is none. */
function against(
  arms: readonly ArmResult[],
  all: readonly ArmDifference[],
  of: (difference: ArmDifference) => Difference | null | undefined,
): (Difference | null)[] {
  return arms.map((_, index) => {
    const difference = index === 0 ? undefined : all[index - 1]
    return (difference && of(difference)) ?? null
  })
}

function written(difference: Difference | null, write: (difference: Difference) => string): string {
  if (!difference) return ''
  return difference.clear ? write(difference) : '~'
}

function timeRows(result: Unjudged): Row[] {
  const { arms } = result
  const trouble = knownTrouble(result)
  const rows: Row[] = []
  if (arms.some(arm => arm.states.length > 0)) {
    rows.push(
      row('time to open', 'plain', arms, arm => {
        if (arm.states.length === 0) return NOTHING
        const ms = timeToOpen(arm.states, trouble)
        if (ms === null) return opened(arm) ? 'before only' : 'never'
        return ms === 0 ? 'at once' : formatMs(ms)
      }),
    )
  }
  if (arms.some(arm => arm.recovered !== null)) {
    const several = arms.some(({ recoveries = [] }) => recoveries.length > 1)
    rows.push(row(several ? 'longest recovery' : 'recovery', 'strong', arms, formatRecovery))
  }
  return rows
}

function row(label: string, tone: Tone, arms: readonly ArmResult[], write: (arm: ArmResult) => string): Row {
  return { label, tone, values: arms.map(write), differences: arms.map(() => '') }
}
