/** The experiment of a kept run, so that it can be simulated again: its load, its conditions, and what was seen to go wrong. */

import type { Settings } from '../../server/chaos/settings/schema.ts'
import { QUANTITIES } from '../../server/experiments/quantities.ts'
import type { ExperimentSpec, LoadSchedule } from '../../server/experiments/spec.ts'
import { CIRCUITS, parseArm } from '../policy/parse.ts'
import type { Result } from '../report/result.ts'
import { observedOutages } from '../report/stats/recovery.ts'

/** What is known of it. */
export interface KeptRun {
  readonly spec: ExperimentSpec
  /** Of the server when the run began. */
  readonly settings: Partial<Settings>
  /** The last of its arms that has a circuit, as its expression; null where none has. */
  readonly guarded: string | null
}

/**
 * @returns a sentence where the run does not say under which conditions it was made
 */
export function keptRun(result: Result): KeptRun | string {
  const { conditions, request, load, events = [], seed, title } = result
  if (!request?.expectsJson)
    return 'it was fired at something that is no flaky catalog, and nobody knows how that fails'
  if (!conditions?.settings) return 'it does not say under which settings it was made'
  const { failRate, outages, scenario, circuit, connections, clients } = conditions
  const declared = observedOutages(events, load.durationMs).map(({ fromMs, toMs }) => ({ failRate: 100, fromMs, toMs }))
  const arms = result.arms.map(({ name }) => name)
  const spec: ExperimentSpec = {
    ...(title === undefined ? {} : { title }),
    arms,
    circuit: circuit ?? {},
    load: {
      requests: load.requests,
      schedule: scheduleOf(load),
      codes: [...request.codes],
      timeoutMs: load.timeoutMs,
      connections: connections?.max ?? QUANTITIES.connections.standard,
      keepAlive: connections?.keepAlive ?? true,
      warmup: 0,
      ...(clients === undefined ? {} : { clients }),
    },
    conditions: {
      ...(failRate === undefined ? {} : { failRate }),
      outages: scenario === undefined && !outages ? declared : [...(outages ?? [])],
      ...(scenario === undefined ? {} : { scenario }),
    },
    request: { method: request.method, headers: Object.entries(request.headers), body: request.body, encoding: 'utf8' },
    seed,
    ...{ oneByOne: false, repeat: 1, expect: [] },
  }
  const guarded = arms.findLast(arm => CIRCUITS.some(word => parseArm(arm).policies.has(word))) ?? null
  return { spec, settings: conditions.settings as Partial<Settings>, guarded }
}

function scheduleOf({ schedule = { kind: 'batches' }, concurrency, everyMs }: Result['load']): LoadSchedule {
  if (schedule.kind === 'batches') return { kind: 'batches', concurrency, everyMs }
  return schedule.kind === 'closed' ? { kind: 'closed', concurrency } : schedule
}
