/** Says that a run was over before its trouble was, or too soon after it to see what came back. */

import type { Unjudged } from './result.ts'

/** How long after the trouble a run has to last for its return to be seen, in milliseconds. */
const AFTERWARDS_MS = 2_000

/** More requests than this are no advice: a shorter outage is. */
const MOST_REQUESTS = 20_000

type Part = Pick<Unjudged, 'load' | 'trouble' | 'interrupted'>

/** Whether there was trouble and the run lasted long enough after it to see the useful answers come back. */
export function sawReturn({ arms, trouble }: Pick<Unjudged, 'arms' | 'trouble'>): boolean {
  return trouble.length > 0 && arms.every(arm => arm.recovered !== null)
}

/** A sentence and what would show more; null where nothing is missing. */
export function unfinishedNote(result: Unjudged): string | null {
  if (result.trouble.length === 0 || sawReturn(result)) return null
  const enough = result.interrupted ? null : enoughRequests(result)
  return `${unfinished(result)}${enough === null ? '' : `; -n ${enough} would show it`}.`
}

/** When the run ended, and what that leaves unknown: a sentence without its full stop, empty without trouble. */
export function unfinished({ load, trouble }: Part): string {
  const last = trouble.toSorted((a, b) => a.toMs - b.toMs).at(-1)
  if (!last) return ''
  const { fromMs, toMs, what } = last
  const spell = `${seconds(fromMs)} to ${seconds(toMs)}`
  const name = what === 'outage' ? `the outage (${spell})` : `the trouble (${what}, ${spell})`
  const ended = seconds(load.durationMs)
  if (load.durationMs <= fromMs) return `The run ended at ${ended}, before ${name} began: it met none of it`
  if (load.durationMs <= toMs) {
    return `The run ended at ${ended}, during ${name}: what happens afterwards was not measured`
  }
  return `The run ended at ${ended}, too soon after ${name} to say how long the return took`
}

/** Requests an arm with which this schedule lasts long enough; null where that cannot be said, or is no advice. */
export function enoughRequests({ load, trouble }: Part): number | null {
  const untilMs = Math.max(...trouble.map(spell => spell.toMs)) + AFTERWARDS_MS
  const needed = requestsUntil(load, untilMs)
  return needed !== null && needed > load.requests && needed <= MOST_REQUESTS ? needed : null
}

function requestsUntil({ schedule, concurrency, everyMs }: Unjudged['load'], untilMs: number): number | null {
  switch (schedule?.kind ?? 'batches') {
    case 'batches':
      return everyMs > 0 ? concurrency * Math.ceil(untilMs / everyMs) : null
    case 'rate':
    case 'poisson':
      return schedule && 'perSecond' in schedule ? Math.ceil((schedule.perSecond * untilMs) / 1_000) : null
    default:
      return null
  }
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(2))} s`
}
