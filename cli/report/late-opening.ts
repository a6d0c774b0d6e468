/** Says of a circuit that opened and refused nothing why that was so. */

import { formatCount, formatMs } from './format.ts'
import type { ArmResult, Unjudged } from './result.ts'
import { openedAt, total } from './stats/figures.ts'

/** Whether every request of the run left at the same moment. */
export function leftAtOnce({ load }: Pick<Unjudged, 'load'>): boolean {
  return (load.schedule?.kind ?? 'batches') === 'batches' && load.concurrency >= load.requests
}

/** One sentence; empty where the circuit never opened, or refused something. */
export function lateOpening({ load }: Pick<Unjudged, 'load'>, arm: ArmResult): string {
  const atMs = openedAt(arm)
  if (atMs === null || arm.outcomes.shortCircuited > 0) return ''
  const all = total(arm.outcomes)
  const after = `after ${formatMs(atMs)}`
  const lastMs = lastStartMs(load)
  return lastMs !== null && lastMs <= atMs
    ? `${all === 1 ? 'The only call' : `All ${formatCount(all)} calls`} had left before the circuit opened (${after}), so it refused none.`
    : `No call came while the circuit was open (first ${after}), so it refused none.`
}

/** The planned start of the last request, in milliseconds; null where the schedule does not say. */
function lastStartMs({ schedule, requests, concurrency, everyMs }: Unjudged['load']): number | null {
  if (!schedule || schedule.kind === 'batches') return (Math.ceil(requests / concurrency) - 1) * everyMs
  return schedule.kind === 'rate' ? ((requests - 1) / schedule.perSecond) * 1_000 : null
}
