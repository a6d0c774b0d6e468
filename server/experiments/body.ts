/**
 * What a page may ask of `POST /experiments`: an experiment, and nothing that reaches beyond this server. There is no address in
 * it, no file, no header and no body of requests, and it is bounded in requests, time and arms.
 */

import { z } from 'zod'
import type { Limits } from '../config/limits.ts'
import { formatDuration } from '../lib/units.ts'
import type { SpecFlaw } from './port.ts'
import { QUANTITIES } from './quantities.ts'
import { type ExperimentSpec, experimentSchema } from './spec.ts'

/** Other days that one request may ask for. */
const MAX_DAYS = 1_000
/** Requests of an arm at the same moment, connections of an arm, and clients of an arm. */
const MAX_CONCURRENCY = 2_000
const MAX_CONNECTIONS = QUANTITIES.connections.standard
const MAX_CLIENTS = 1_000

const { request: _, ...members } = experimentSchema.shape

export const experimentBodySchema = z.strictObject({
  ...members,
  simulate: z.boolean().default(false).describe('true: nothing is sent, and the answer is the result of a simulator'),
  days: z
    .int()
    .min(QUANTITIES.days.min)
    .max(MAX_DAYS)
    .optional()
    .describe('with `simulate`: so many other days are simulated too, as far as there is time'),
})

export type ExperimentBody = z.infer<typeof experimentBodySchema>

/** The experiment that a body asks for. */
export function specOf({ simulate, days, ...spec }: ExperimentBody): ExperimentSpec {
  return experimentSchema.parse(spec)
}

/** What of a body is more than this server takes on. */
export function excessOf(
  { arms, load, repeat, oneByOne, simulate, days }: ExperimentBody,
  {
    experimentArms,
    experimentRequests,
    experimentMs,
  }: Pick<Limits, 'experimentArms' | 'experimentRequests' | 'experimentMs'>,
): SpecFlaw[] {
  const { schedule, requests, warmup, connections, clients = 1 } = load
  const all = (requests + warmup) * arms.length * repeat
  const atOnce = schedule.kind === 'batches' || schedule.kind === 'closed' ? schedule.concurrency : 1
  const runs = repeat * (oneByOne ? arms.length : 1)
  const ms = runs * plannedMs(load)
  const flaws: [boolean, string, string][] = [
    [arms.length > experimentArms, '/arms', `must be ${experimentArms} arms at most (MAX_EXPERIMENT_ARMS)`],
    [
      all > experimentRequests,
      '/load/requests',
      `come to ${all} with all arms, repetitions and warm-up: ${experimentRequests} at most (MAX_EXPERIMENT_REQUESTS)`,
    ],
    [atOnce > MAX_CONCURRENCY && !simulate, '/load/schedule/concurrency', `must be ${MAX_CONCURRENCY} at most`],
    [connections > MAX_CONNECTIONS, '/load/connections', `must be ${MAX_CONNECTIONS} at most`],
    [clients > MAX_CLIENTS, '/load/clients', `must be ${MAX_CLIENTS} at most`],
    [
      ms > experimentMs,
      '/load/schedule',
      `takes ${formatDuration(Math.ceil(ms / 1_000) * 1_000)}: ${formatDuration(experimentMs)} at most (EXPERIMENT_TIMEOUT)`,
    ],
    [days !== undefined && !simulate, '/days', 'are simulated: add "simulate": true'],
  ]
  return flaws.flatMap(([holds, pointer, detail]) => (holds ? [{ pointer, detail }] : []))
}

/** When the last request of a load is to leave, in milliseconds from the start; 0 where the answers decide. */
function plannedMs({ requests, schedule }: ExperimentSpec['load']): number {
  switch (schedule.kind) {
    case 'batches':
      return (Math.ceil(requests / schedule.concurrency) - 1) * schedule.everyMs
    case 'rate':
    case 'poisson':
      return (requests * 1_000) / schedule.perSecond
    case 'ramp': {
      const { fromPerSecond, toPerSecond, overMs } = schedule
      const within = ((fromPerSecond + toPerSecond) / 2) * (overMs / 1_000)
      return requests <= within ? overMs : overMs + ((requests - within) * 1_000) / toPerSecond
    }
    case 'closed':
      return 0
  }
}
