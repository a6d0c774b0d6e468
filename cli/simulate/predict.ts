/** What a run is expected to come to, before it is made: days of the same experiment, simulated. */

import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import type { OtherDays } from '../report/result.ts'
import { otherDays, STANDARD_DAYS } from '../report/stats/other-days.ts'
import { simulateDays } from './days.ts'
import { METHOD, varied } from './replicates.ts'
import type { World } from './world.ts'

/** How far the edges of outages and scenarios are moved: as far as a busy machine makes them late. */
const EDGE_MS = 100

/**
 * Days with seeds of their own. Intervals are null where the signal left too few of them.
 * @throws what `simulateRun` throws
 */
export async function predict(spec: ExperimentSpec, world: World, signal?: AbortSignal): Promise<OtherDays> {
  const distribution = { world, edgeMs: EDGE_MS }
  const asked = { spec, distribution, count: STANDARD_DAYS, seed: `${spec.seed ?? world.seed}-predicted` }
  const days = await simulateDays(asked, { signal })
  const origin = { basis: 'simulated' as const, varied: varied(distribution), method: METHOD }
  return otherDays(spec.arms, days, origin)
}
