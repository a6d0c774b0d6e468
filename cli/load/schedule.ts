/** When each request of a run is to leave: pure arithmetic, the same for every arm. */

import { drawNumber, streamSeed } from '../../server/chaos/decision/draw.ts'
import type { ExperimentLoad } from '../../server/experiments/spec.ts'
import type { Schedule as Shape } from '../report/result.ts'

/** Planned starts. But for the closed loop, what was answered, or how slowly, never moves a planned start. */
export interface Schedule {
  readonly shape: Shape
  /** How many requests it plans. */
  readonly requests: number
  /** Requests that leave at the same moment; in a closed loop those in flight at the same time. */
  readonly concurrency: number
  /** Milliseconds between the starts of two batches, or the mean gap between two requests. */
  readonly everyMs: number
  /** The planned start of request `index` (0 to `requests` - 1) in milliseconds from the start; never falls. */
  at(index: number): number
}

/** Batch k of `concurrency` requests leaves at k x `everyMs`. With `everyMs` 0 all of them leave at once. */
export function batches(requests: number, concurrency: number, everyMs: number): Schedule {
  const at = (index: number) => Math.floor(index / concurrency) * everyMs
  return { shape: { kind: 'batches' }, requests, concurrency, everyMs, at }
}

/** Requests leave one by one, `perSecond` of them a second, at even distances. */
export function constantRate(requests: number, perSecond: number): Schedule {
  const everyMs = 1_000 / perSecond
  return { shape: { kind: 'rate', perSecond }, requests, concurrency: 1, everyMs, at: index => index * everyMs }
}

/**
 * Requests leave as independent customers come: a Poisson process of `perSecond` arrivals a second. The gap before
 * request i is -ln(1 - u) / rate, with u drawn from `seed` and i alone. Meant to be asked in rising order.
 */
export function poisson(requests: number, perSecond: number, seed: string): Schedule {
  const everyMs = 1_000 / perSecond
  const stream = streamSeed(`${seed}/arrivals`, 'latency')
  let [last, time] = [-1, 0]
  const at = (index: number) => {
    if (index < last) [last, time] = [-1, 0]
    while (last < index) time += -Math.log(1 - drawNumber(stream, ++last, 0)) * everyMs
    return time
  }
  return { shape: { kind: 'poisson', perSecond }, requests, concurrency: 1, everyMs, at }
}

/**
 * The rate moves steadily from `from` to `to` requests a second within `overMs`, and stays there. By the time t within the
 * ramp, from x t + (to - from) t^2 / (2 T) requests have left; request i leaves when that is i.
 */
export function ramp(requests: number, from: number, to: number, overMs: number): Schedule {
  const seconds = overMs / 1_000
  const slope = (to - from) / seconds
  const within = rampedRequests(from, to, overMs)
  const at = (index: number) => {
    if (index > within) return overMs + ((index - within) / to) * 1_000
    // Rationalised, so that a slope near zero does not divide zero by zero.
    const root = Math.sqrt(Math.max(0, from * from + 2 * slope * index))
    return index === 0 ? 0 : Math.min(overMs, ((2 * index) / (from + root)) * 1_000)
  }
  const shape = { kind: 'ramp', fromPerSecond: from, toPerSecond: to, overMs } as const
  return { shape, requests, concurrency: 1, everyMs: overMs / Math.max(1, within), at }
}

/**
 * How many requests of a schedule leave before an end: those with a whole number below `count`. Rates and durations are
 * fractions that no binary number is (62 a minute for 30 seconds comes to 31.000000000000004), and mean what was written.
 */
export function requestsBelow(count: number): number {
  return Math.ceil(count - SLACK * Math.max(1, count))
}

/** Of a product of some fractions: far above their rounding, far below a request. */
const SLACK = 1e-12

/** How many requests leave before a ramp is at its end. */
export function rampedRequests(from: number, to: number, overMs: number): number {
  return ((from + to) / 2) * (overMs / 1_000)
}

/** `concurrency` requests are always in flight: each answer starts the next one. A slow upstream is thus asked less. */
export function closedLoop(requests: number, concurrency: number): Schedule {
  return { shape: { kind: 'closed' }, requests, concurrency, everyMs: 0, at: () => 0 }
}

/** The schedule of a run with this seed. */
export function scheduleOf(
  { requests, schedule }: Pick<ExperimentLoad, 'requests' | 'schedule'>,
  seed: string,
): Schedule {
  switch (schedule.kind) {
    case 'batches':
      return batches(requests, Math.min(schedule.concurrency, requests), schedule.everyMs)
    case 'closed':
      return closedLoop(requests, Math.min(schedule.concurrency, requests))
    case 'ramp':
      return ramp(requests, schedule.fromPerSecond, schedule.toPerSecond, schedule.overMs)
    case 'poisson':
      return poisson(requests, schedule.perSecond, seed)
    case 'rate':
      return constantRate(requests, schedule.perSecond)
  }
}
