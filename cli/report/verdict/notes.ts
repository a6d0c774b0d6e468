/** Why requests failed, in words for people, and since when nothing listened. */

import { formatCount, formatMs, plural } from '../format.ts'
import type { ArmResult, Unjudged } from '../result.ts'
import { QUARTER_MS } from '../stats/recovery.ts'

const WORDS: Readonly<Record<string, string>> = {
  status: 'error status',
  timeout: 'no answer in time',
  reset: 'connection broken',
  refused: 'connection refused',
  dns: 'host name unknown',
  parse: 'answer unreadable',
  truncated: 'answer cut off',
  aborted: 'given up',
  bulkhead: 'no place in the bulkhead',
  other: 'another error',
}

/** What to do about a server that went away. */
export const START_AGAIN = 'Start the catalog again in another terminal: npx chaos serve'

/** The share of the last failures that must be refused connections before a server counts as gone. */
const NEARLY_ALL = 0.8

/** The three most frequent classes, with their counts where there are several; empty without any. */
export function reasons(failures: ArmResult['failures']): string {
  const met = Object.entries(failures)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, count]) => ({ word: WORDS[name] ?? name, count }))
  if (met.length < 2) return met.map(({ word }) => word).join('')
  return met.map(({ word, count }) => `${word} ${formatCount(count)}`).join(', ')
}

/**
 * Says since when nothing listened at the target, where an arm's failures after its last useful answer are refused
 * connections, nearly all of them; null where that is not so, or no answer ever came.
 */
export function goneNote({ arms, target }: Unjudged): string | null {
  const gone = arms.flatMap(arm => goneSince(arm) ?? []).toSorted((a, b) => a.atMs - b.atMs)[0]
  if (!gone) return null
  return `From ${formatMs(gone.atMs)} on nothing listened at ${target}: ${plural(gone.refused, 'call')} met a closed port.`
}

function goneSince({ series, failures }: ArmResult): { atMs: number; refused: number } | null {
  const refused = failures.refused ?? 0
  const last = series.findLastIndex(quarter => quarter.success > 0)
  const after = series.slice(last + 1).reduce((sum, quarter) => sum + quarter.failed, 0)
  if (refused === 0 || last < 0 || after === 0 || refused < NEARLY_ALL * after) return null
  const around = after + (series[last]?.failed ?? 0)
  return refused <= around ? { atMs: (series[last]?.atMs ?? 0) + QUARTER_MS, refused } : null
}
