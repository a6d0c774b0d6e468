/** The load that a scenario brings along, in the place of what was not typed. */

import { parseDuration } from '../../server/lib/units.ts'
import type { ScenarioLoad } from '../control/control.ts'
import { armPlans } from '../options/arms.ts'
import type { ScheduleOptions } from '../options/schedule.ts'
import type { ParsedArm } from '../policy/parse.ts'

interface Loaded extends ScheduleOptions {
  readonly timeout: number
  readonly codes: readonly string[]
}

const SCHEDULE = ['requests', 'concurrency', 'every', 'rate', 'ramp', 'closed', 'poisson', 'for']

/** The options with the scenario's load; a schedule of which any part was typed is the user's own. */
export function withLoad<O extends Loaded>(options: O, load: ScenarioLoad, typed: (name: string) => boolean): O {
  const own = SCHEDULE.some(typed)
  const { requests, concurrency, every, rate, duration, timeout, codes } = load
  return {
    ...options,
    ...(typed('timeout') ? {} : { timeout: parseDuration(timeout) }),
    ...(typed('codes') || !codes ? {} : { codes }),
    ...(own || rate === undefined || duration === undefined ? {} : { rate, for: parseDuration(duration) }),
    ...(own || requests === undefined || concurrency === undefined || every === undefined
      ? {}
      : { requests, concurrency, every: parseDuration(every) }),
  }
}

/** The arms that the scenario compares, trying as often as it says. */
export function scenarioArms({ arms, retries }: ScenarioLoad): ParsedArm[] {
  return armPlans(arms.join(',')).map(plan => {
    const retry = plan.policies.get('retry')
    if (!retry || 'retries' in retry) return plan
    return { ...plan, policies: new Map([...plan.policies, ['retry', { ...retry, retries }]]) }
  })
}
