/** What `chaos compare --predict` adds: what the simulator expects, printed before the run. */

import { QUANTITIES } from '../../server/experiments/quantities.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import type { Hello } from '../control/control.ts'
import { type Io, usageError } from '../io.ts'
import type { ExperimentOptions } from '../options/common.ts'
import { lookOf } from '../output.ts'
import type { OtherDays } from '../report/result.ts'
import { predictionText } from '../report/text/prediction.ts'
import { predict } from '../simulate/predict.ts'
import { refusal } from '../simulate/refusal.ts'
import { TIMER_LATENESS, worldOfServer } from '../simulate/world.ts'

/**
 * The prediction, which is printed unless a document is asked for.
 * @param scenario the document of the one that is played; undefined where none is
 * @throws {UserError} with code 2 for what cannot be simulated
 */
export async function predictRun(
  io: Io,
  options: ExperimentOptions,
  spec: ExperimentSpec,
  { hello, scenario }: { readonly hello: Hello | null; readonly scenario: unknown },
): Promise<OtherDays> {
  const why = obstacle(options, spec, hello)
  if (why !== null) throw usageError(`this cannot be predicted: ${why}`)
  const world = worldOfServer(hello?.settings, scenario ?? null, {
    ...{ roundTripMs: QUANTITIES.roundTripMs.standard, latenessMs: TIMER_LATENESS, startedAtWallMs: io.wallMs() },
  })
  if (world === null) throw usageError('this cannot be predicted: the settings of the server are not understood.')
  const predicted = await predict(spec, world, io.interrupted)
  if (!options.json) io.stdout.write(predictionText(predicted, lookOf(io, options)))
  return predicted
}

function obstacle({ store }: ExperimentOptions, spec: ExperimentSpec, hello: Hello | null): string | null {
  if (!hello) return 'nobody knows how a server fails that is no flaky catalog.'
  if (store !== undefined) return 'a circuit in Redis cannot be simulated, leave out --store.'
  if (spec.repeat > 1) return 'a prediction is of one run, leave out --repeat.'
  return refusal(spec)
}
