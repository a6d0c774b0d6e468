/** The schedule of a run as a k6 scenario. */

import type { Result, Schedule } from '../result.ts'

/** A scenario for k6's `options`, how many requests leave at once, and planned starts where k6 has no such executor. */
export interface K6Plan {
  readonly scenario: Readonly<Record<string, unknown>>
  /** Requests of one iteration, sent together. */
  readonly batch: number
  /** Requests per second of a random (Poisson) schedule; null for all others. */
  readonly poissonPerSecond: number | null
}

/** Virtual users at most: each is a little machine of its own and needs megabytes. */
const MAX_USERS = 2_000

/** Plans at least as many iterations as the run had requests; the script itself stops at the last one. */
export function k6Plan({ load }: Pick<Result, 'load'>): K6Plan {
  const schedule: Schedule = load.schedule ?? { kind: 'batches' }
  const { requests, concurrency, everyMs } = load
  switch (schedule.kind) {
    case 'batches':
      return batches(requests, Math.max(1, concurrency), everyMs, load.timeoutMs)
    case 'closed':
      return { batch: 1, poissonPerSecond: null, scenario: shared(requests, concurrency) }
    case 'poisson':
      return {
        batch: 1,
        poissonPerSecond: schedule.perSecond,
        scenario: shared(requests, users(schedule.perSecond, load.timeoutMs)),
      }
    case 'rate':
      return {
        batch: 1,
        poissonPerSecond: null,
        scenario: {
          executor: 'constant-arrival-rate',
          ...whole(schedule.perSecond),
          duration: milliseconds((requests / schedule.perSecond) * 1_000),
          preAllocatedVUs: users(schedule.perSecond, load.timeoutMs),
        },
      }
    case 'ramp':
      return ramp(requests, schedule, load.timeoutMs)
  }
}

function batches(requests: number, concurrency: number, everyMs: number, timeoutMs: number): K6Plan {
  if (everyMs === 0 || concurrency >= requests) {
    return { batch: Math.max(1, requests), poissonPerSecond: null, scenario: shared(1, 1) }
  }
  return {
    batch: concurrency,
    poissonPerSecond: null,
    scenario: {
      executor: 'constant-arrival-rate',
      rate: 1,
      timeUnit: milliseconds(everyMs),
      duration: milliseconds(Math.ceil(requests / concurrency) * everyMs),
      preAllocatedVUs: users(1_000 / everyMs, timeoutMs),
    },
  }
}

function ramp(
  requests: number,
  { fromPerSecond, toPerSecond, overMs }: Extract<Schedule, { kind: 'ramp' }>,
  timeoutMs: number,
): K6Plan {
  const during = ((fromPerSecond + toPerSecond) / 2) * (overMs / 1_000)
  const rest = Math.max(0, requests - during)
  const scale = [fromPerSecond, toPerSecond].every(Number.isInteger) ? 1 : 1_000
  const target = Math.round(toPerSecond * scale)
  return {
    batch: 1,
    poissonPerSecond: null,
    scenario: {
      executor: 'ramping-arrival-rate',
      startRate: Math.round(fromPerSecond * scale),
      timeUnit: `${scale}s`,
      stages: [
        { target, duration: milliseconds(overMs) },
        ...(rest >= 1 && toPerSecond > 0 ? [{ target, duration: milliseconds((rest / toPerSecond) * 1_000) }] : []),
      ],
      preAllocatedVUs: users(Math.max(fromPerSecond, toPerSecond), timeoutMs),
    },
  }
}

/** k6 takes whole rates only, in any unit of time. */
function whole(perSecond: number): { rate: number; timeUnit: string } {
  return Number.isInteger(perSecond)
    ? { rate: perSecond, timeUnit: '1s' }
    : { rate: Math.round(perSecond * 1_000), timeUnit: '1000s' }
}

function shared(iterations: number, vus: number): Record<string, unknown> {
  return {
    executor: 'shared-iterations',
    iterations: Math.max(1, iterations),
    vus: Math.max(1, Math.min(vus, iterations, MAX_USERS)),
    maxDuration: '24h',
  }
}

/** Users enough for every request that can be under way at once. */
function users(perSecond: number, timeoutMs: number): number {
  return Math.max(1, Math.min(MAX_USERS, Math.ceil((perSecond * timeoutMs) / 1_000) + 2))
}

function milliseconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms))}ms`
}
