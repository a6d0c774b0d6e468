/** Results to keep. */

import type { Result } from '../../../cli/report/result.ts'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { coinFlips } from '../report/sample-results.ts'

/** A comparison that began at `startedAt`. */
export function kept(startedAt: string, more: Partial<Result> = {}): Result {
  const run = { ...coinFlips, startedAt, ...more }
  return { ...run, verdict: judge(run) }
}
