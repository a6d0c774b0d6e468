/** A sweep: the same experiment with many settings of the breaker, one after the other, each with the machine to itself. */

import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { UserError } from '../../server/lib/user-error.ts'
import { EXIT } from '../io.ts'
import type { ParsedArm } from '../policy/parse.ts'
import type { Result } from '../report/result.ts'
import { total } from '../report/stats/figures.ts'
import { type Sweep, type SweepPoint, sweepPoint } from '../report/stats/sweep-result.ts'
import { type ExperimentContext, runExperiment } from './experiment.ts'

/** One arm of a sweep, with the settings of its circuit; none for the arm without one. */
export interface Trial {
  readonly settings: SweepPoint['settings']
  readonly arm: ParsedArm
}

/**
 * Runs the experiment with each arm alone, all with one seed, so that each combination meets the same fates. Null where the
 * signal aborted before the first was over.
 * @param trials the arm without a circuit first
 * @throws {UserError} with code 3 where the session of a run was deleted or replaced meanwhile
 */
export async function runSweep(
  spec: ExperimentSpec,
  trials: readonly Trial[],
  context: Omit<ExperimentContext, 'command' | 'readsFailRate'>,
): Promise<Sweep | null> {
  const { sessionPrefix, signal, onProgress } = context
  const results: Result[] = []
  for (const [index, { arm }] of trials.entries()) {
    if (signal?.aborted) break
    const result = await runExperiment(
      { ...spec, arms: [arm.expression] },
      {
        ...context,
        command: 'compare',
        readsFailRate: false,
        sessionPrefix: `${sessionPrefix}-${index}`,
        onProgress: share => onProgress?.((index + share) / trials.length),
      },
    )
    if (result.vanished) throw new UserError(`${result.verdict.text} Run the sweep again.`, EXIT.unreachable)
    results.push(result)
  }
  return sweepOf(results, trials, spec)
}

/** The sweep of the runs that came to their end. */
function sweepOf(results: readonly Result[], trials: readonly Trial[], { title, load }: ExperimentSpec): Sweep | null {
  const points = results.flatMap((result, index): SweepPoint[] => {
    const [arm] = result.arms
    const trial = trials[index]
    if (!arm || !trial || total(arm.outcomes) !== load.requests) return []
    return [sweepPoint(trial.settings, { ...arm, name: trial.arm.name }, result.otherDays)]
  })
  const [first] = results
  const [baseline, ...rest] = points
  if (!first || !baseline) return null
  const loads = results.map(result => result.load)
  const { seed, target, startedAt, trouble } = first
  return {
    schema: 1,
    command: 'sweep',
    ...(title === undefined ? {} : { title }),
    seed,
    target,
    startedAt,
    interrupted: points.length < trials.length,
    load: {
      ...first.load,
      late: loads.reduce((sum, each) => sum + each.late, 0),
      lagMs: {
        p99: Math.max(...loads.map(each => each.lagMs.p99)),
        max: Math.max(...loads.map(each => each.lagMs.max)),
      },
    },
    trouble,
    baseline,
    points: rest,
  }
}
