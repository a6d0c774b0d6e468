/** The schedule of a run as options: batches, a rate, a ramp, or a closed loop. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import { MAX_PER_SECOND, QUANTITIES } from '../../server/experiments/quantities.ts'
import type { ExperimentLoad, LoadSchedule } from '../../server/experiments/spec.ts'
import { parseDuration } from '../../server/lib/units.ts'
import { usageError } from '../io.ts'
import { rampedRequests, requestsBelow } from '../load/schedule.ts'
import { duration, type ExperimentOptions, type Ramp, reading } from './common.ts'

const PER = { s: 1, m: 60, h: 3_600 } as const

/** Requests a second of `200/s`, `90/m` or `200`. */
export function perSecond(text: string): number {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)(?:\/(s|m|h))?$/.exec(text.trim()) ?? []
  const rate = Number(digits) / PER[unit as keyof typeof PER]
  if (rate > 0 && rate <= MAX_PER_SECOND) return rate
  throw new InvalidArgumentError(`It is a rate above 0 and up to ${MAX_PER_SECOND}/s, such as 200/s or 90/m.`)
}

/** A ramp such as `0-300/s@30s`. */
export function rampOf(text: string): Ramp {
  const [, from, to, over] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)(?:\/s)?@(.+)$/.exec(text.trim()) ?? []
  const found = {
    from: Number(from),
    to: Number(to),
    overMs: over === undefined ? 0 : reading(() => parseDuration(over)),
  }
  if (Math.max(found.from, found.to) > 0 && Math.max(found.from, found.to) <= MAX_PER_SECOND && found.overMs > 0) {
    return found
  }
  throw new InvalidArgumentError('It is two rates and the time between them, such as 0-300/s@30s.')
}

/** Adds the options that replace batches. */
export function scheduleOptions(command: Command): Command {
  return command
    .addOption(new Option('--rate <rate>', 'instead of batches: one by one, such as 200/s').argParser(perSecond))
    .option('--poisson', 'with --rate: at random moments, as independent customers come')
    .addOption(new Option('--ramp <ramp>', 'instead of batches: a rising rate, such as 0-300/s@30s').argParser(rampOf))
    .option('--closed', 'instead of batches: -c under way at a time, each answer starts the next')
    .addOption(new Option('--for <duration>', 'how long, instead of -n').argParser(duration(QUANTITIES.forMs)))
}

/** How many requests there are and when they leave. @throws {UserError} with code 2 for options that do not go together */
export function scheduleFrom(
  options: ExperimentOptions,
  typed: (name: string) => boolean,
): Pick<ExperimentLoad, 'requests' | 'schedule'> {
  const requests = checkedRequests(options, typed)
  const { max } = QUANTITIES.requests
  if (requests <= max) return { requests, schedule: kindOf(options) }
  throw usageError(`that makes ${requests} requests, and ${max} are the most: take less of --for, or a lower rate.`)
}

function kindOf({ rate, ramp, closed, poisson, concurrency, every }: ExperimentOptions): LoadSchedule {
  if (closed) return { kind: 'closed', concurrency }
  if (ramp) return { kind: 'ramp', fromPerSecond: ramp.from, toPerSecond: ramp.to, overMs: ramp.overMs }
  if (rate === undefined) return { kind: 'batches', concurrency, everyMs: every }
  return { kind: poisson ? 'poisson' : 'rate', perSecond: rate }
}

/** Refuses what does not go together; says how many requests are planned. */
function checkedRequests(options: ExperimentOptions, typed: (name: string) => boolean): number {
  const { rate, ramp: rising, closed, poisson: random, for: forMs } = options
  const kinds = [rate !== undefined && '--rate', rising && '--ramp', closed && '--closed'].filter(Boolean)
  if (kinds.length > 1) throw usageError(`${kinds.join(' and ')} are two schedules: choose one.`)
  if (random && rate === undefined) throw usageError('--poisson needs to know how many: add --rate 200/s.')
  if (kinds.length > 0 && !closed && typed('concurrency')) throw usageError(`${kinds[0]} has no batches: leave out -c.`)
  if (kinds.length > 0 && typed('every')) throw usageError(`${kinds[0]} has no batches: leave out --every.`)
  if (forMs === undefined) {
    if (!rising) return options.requests
    const within = Math.floor(rampedRequests(rising.from, rising.to, rising.overMs) + 1e-9)
    if (!typed('requests')) return Math.max(1, within)
    if (rising.to === 0 && options.requests > within) {
      throw usageError(`a ramp down to 0/s has only ${within} requests: leave out -n.`)
    }
    return options.requests
  }
  if (typed('requests')) throw usageError('--for and -n both say when to end: choose one.')
  if (closed) throw usageError('a closed loop ends after a number of requests: use -n instead of --for.')
  return Math.max(1, requestsWithin(options, forMs))
}

/** How many requests leave before `forMs`. */
function requestsWithin({ rate, ramp: rising, concurrency, every }: ExperimentOptions, forMs: number): number {
  if (rate !== undefined) return requestsBelow((rate * forMs) / 1_000)
  if (!rising) return concurrency * (every === 0 ? 1 : requestsBelow(forMs / every))
  const { from, to, overMs } = rising
  if (forMs >= overMs) return requestsBelow(rampedRequests(from, to, overMs) + (to * (forMs - overMs)) / 1_000)
  return requestsBelow(rampedRequests(from, from + ((to - from) * forMs) / overMs, forMs))
}
