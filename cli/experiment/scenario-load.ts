/** The load that a scenario brings along, as an experiment has it. */

import type { ExperimentLoad } from '../../server/experiments/spec.ts'
import { parseDuration } from '../../server/lib/units.ts'
import type { ScenarioLoad } from '../control/control.ts'
import { requestsBelow } from '../load/schedule.ts'

type Schedule = Pick<ExperimentLoad, 'requests' | 'schedule'>

export interface LoadOfScenario {
  /** Null where the scenario does not say it all. */
  readonly schedule: Schedule | null
  readonly timeoutMs: number
  readonly codes: string[] | null
}

export function loadOfScenario(load: ScenarioLoad): LoadOfScenario {
  return {
    schedule: scheduleOf(load),
    timeoutMs: parseDuration(load.timeout),
    codes: load.codes ? [...load.codes] : null,
  }
}

function scheduleOf({ requests, concurrency, every, rate, duration }: ScenarioLoad): Schedule | null {
  if (rate !== undefined && duration !== undefined) {
    const planned = requestsBelow((rate * parseDuration(duration)) / 1_000)
    return { requests: Math.max(1, planned), schedule: { kind: 'rate', perSecond: rate } }
  }
  if (requests === undefined || concurrency === undefined || every === undefined) return null
  return { requests, schedule: { kind: 'batches', concurrency, everyMs: parseDuration(every) } }
}
