/** The rows of the table of outcomes: what is said of every arm, in which order, and how each figure is written. */

import { formatCount, formatMs, formatShare, formatSigned, NOTHING } from '../format.ts'
import type { Tone } from '../look.ts'
import type { ArmResult, Unjudged } from '../result.ts'
import { amplification, type Difference, usefulDifference, usefulShare, wastedDifference } from '../stats/figures.ts'
import { percentileDifference } from '../stats/percentiles.ts'
import { timeToOpen } from '../stats/recovery.ts'

/** One line of the table. */
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

const OUTCOMES = [
  { key: 'success', label: 'success', tone: 'useful' },
  { key: 'fromCache', label: 'from cache', tone: 'cached' },
  { key: 'failed', label: 'failed', tone: 'failed' },
  { key: 'shortCircuited', label: 'short-circuited', tone: 'refused' },
] as const

/** Which percentiles of which outcome are worth a line; the other formats carry them all. */
const LATENCIES = [
  { key: 'success', tone: 'useful', word: 'success', points: ['p50', 'p95', 'p99', 'max'] },
  { key: 'fromCache', tone: 'cached', word: 'from cache', points: ['p50', 'p95'] },
  { key: 'failed', tone: 'failed', word: 'failed', points: ['p50', 'p95'] },
  { key: 'shortCircuited', tone: 'refused', word: 'short-circuited', points: ['p50', 'p95'] },
] as const

const QUANTILES: Readonly<Record<string, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 }

/** Everything the table says of a result. Rows about what no arm met (a cache, a recovery) are left out. */
export function tableGroups(result: Unjudged): Group[] {
  return [outcomeRows(result), upstreamRows(result), latencyRows(result), timeRows(result)].filter(
    group => group.rows.length > 0,
  )
}

function outcomeRows(result: Unjudged): Group {
  const { arms } = result
  const differences = arms.slice(1).map(arm => arms[0] && usefulDifference(result, arms[0], arm))
  const guarded = arms.some(arm => arm.states.length > 0)
  const counts = OUTCOMES.filter(
    ({ key }) =>
      key === 'success' ||
      key === 'failed' ||
      (key === 'shortCircuited' && guarded) ||
      arms.some(arm => arm.outcomes[key] > 0),
  )
  return {
    title: '',
    rows: [
      {
        label: 'useful answers',
        tone: 'strong',
        values: arms.map(arm => formatShare(usefulShare(arm.outcomes))),
        differences: ['', ...differences.map(difference => (difference ? points(difference) : ''))],
      },
      ...(arms.length < 2 ? [] : [intervalRow(differences)]),
      ...counts.map(({ key, label, tone }) => row(`  ${label}`, tone, arms, arm => formatCount(arm.outcomes[key]))),
    ],
  }
}

function upstreamRows({ arms }: Unjudged): Group {
  return {
    title: '',
    rows: [
      row('upstream calls', 'plain', arms, arm => formatCount(arm.upstream.calls)),
      {
        ...row('wasted calls', 'failed', arms, arm => formatCount(arm.upstream.wasted)),
        differences: against(arms, (first, arm) => {
          const difference = wastedDifference(first, arm)
          if (!difference) return null
          if (!difference.clear) return '~'
          const before = first.upstream.wasted
          return before === 0 ? formatSigned(difference.value, 0) : percentChange(difference.value / before)
        }),
      },
      row('calls per request', 'plain', arms, arm => amplification(arm)?.toFixed(2) ?? NOTHING),
    ],
  }
}

function latencyRows({ arms, seed }: Unjudged): Group {
  const met = LATENCIES.filter(({ key }) => arms.some(arm => arm.latencyMs[key].count > 0))
  const rows = met.flatMap(({ key, tone, word, points }) =>
    points.map(point => ({
      ...row(`  ${word} ${point}`, tone, arms, arm => formatMs(arm.latencyMs[key][point])),
      differences: against(arms, (first, arm) => {
        const quantile = QUANTILES[point]
        const [before, after] = [first.histogramMs?.[key], arm.histogramMs?.[key]]
        if (quantile === undefined || !before?.length || !after?.length) return null
        const difference = percentileDifference(before, after, quantile, seed)
        if (!difference.clear) return '~'
        return `${difference.value < 0 ? '-' : '+'}${formatMs(Math.abs(difference.value))}`
      }),
    })),
  )
  return { title: 'latency', rows }
}

function timeRows({ arms, trouble }: Unjudged): Group {
  const rows: Row[] = []
  if (arms.some(arm => arm.states.length > 0)) {
    rows.push(
      row('time to open', 'plain', arms, arm => {
        if (arm.states.length === 0) return NOTHING
        const ms = timeToOpen(arm.states, trouble)
        return ms === null ? 'never' : formatMs(ms)
      }),
    )
  }
  if (arms.some(arm => arm.recovered !== null)) {
    rows.push(row('recovery', 'strong', arms, formatRecovery))
  }
  return { title: '', rows }
}

function formatRecovery({ recovered, recoveryMs }: ArmResult): string {
  if (recovered === false) return 'never'
  return recoveryMs === 0 ? 'at once' : formatMs(recoveryMs)
}

function row(label: string, tone: Tone, arms: readonly ArmResult[], write: (arm: ArmResult) => string): Row {
  return { label, tone, values: arms.map(write), differences: arms.map(() => '') }
}

function against(
  arms: readonly ArmResult[],
  write: (first: ArmResult, arm: ArmResult) => string | null,
): readonly string[] {
  const [first] = arms
  return arms.map((arm, index) => (first && index > 0 ? (write(first, arm) ?? '') : ''))
}

function intervalRow(differences: readonly (Difference | null | undefined)[]): Row {
  const texts = differences.map(difference => (difference ? interval(difference) : ''))
  return { label: '  95 % interval', tone: 'quiet', values: ['', ...texts.map(() => '')], differences: ['', ...texts] }
}

function points({ value, clear }: Difference): string {
  return clear ? `${formatSigned(value)} pts` : '~'
}

function interval({ ci95 }: Difference): string {
  return `${formatSigned(ci95[0])} to ${formatSigned(ci95[1])}`
}

function percentChange(share: number): string {
  return `${formatSigned(share * 100, 0)} %`
}
