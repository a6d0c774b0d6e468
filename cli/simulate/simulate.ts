/** An experiment in virtual time: the same document, and the same result, as at a server, in a fraction of a second. */

import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { type ExperimentContext, runExperiment, type Simulator } from '../experiment/experiment.ts'
import { usageError } from '../io.ts'
import { catalogTarget } from '../load/target.ts'
import type { Result } from '../report/result.ts'
import { refusal } from './refusal.ts'
import { simulateRun } from './run.ts'
import { needsThread, simulateInThread } from './thread.ts'
import { VirtualClock } from './virtual-clock.ts'
import { settingsOf, typicalMs, type World } from './world.ts'

/** What may be said beside the experiment and its world. */
export interface SimulateOptions extends Partial<Pick<ExperimentContext, 'signal' | 'onProgress'>> {
  readonly command?: Result['command']
  /** The server that the simulated one stands for, as the result names it. */
  readonly url?: URL
  /** How many other days are simulated too; nothing is said of them unless given, and for too few of them why. */
  readonly days?: number | undefined
}

const STANDARD_URL = new URL('http://127.0.0.1:8000')

/**
 * Runs an experiment through the policies, circuits, loops and recorders of a live one, before a simulated server. The same
 * spec and world give the same result; where the spec names no seed, that of the world is taken.
 * @throws {UserError} with code 2 for what cannot be simulated, see `refusal`, and what `runExperiment` throws
 */
export async function simulate(spec: ExperimentSpec, world: World, options: SimulateOptions = {}): Promise<Result> {
  const { command = 'compare', url = STANDARD_URL, days, signal, onProgress } = options
  const why = refusal(spec)
  if (why !== null) throw usageError(why)
  if (needsThread(spec)) return simulateInThread({ spec, world, command, days, url: url.href }, { signal, onProgress })
  const { conditions, request } = spec
  const settings = settingsOf(world)
  const simulator: Simulator = {
    settings,
    world,
    scenario: world.scenarios.find(({ name }) => name === conditions.scenario) ?? null,
    about: { seed: settings.seed, roundTripMs: typicalMs(world.roundTripMs), latenessMs: typicalMs(world.latenessMs) },
    async run({ serverSeed, arms, schedule, load, circuit, seed, signal, onProgress }, own) {
      const run = { arms, schedule, load, circuit, seed, signal, onProgress, conditions, request, own }
      return {
        ...(await simulateRun(run, serverSeed === undefined ? world : withSeed(world, serverSeed))),
        events: null,
        announceEnd: async () => {},
      }
    },
  }
  const { method, headers, body } = request
  return runExperiment(spec, {
    ...{ command, simulator, signal, onProgress, control: null, sessionPrefix: '', readsFailRate: true },
    days: days === undefined ? null : { count: days },
    target: { ...catalogTarget(url, { method, headers: headers.flat(), body }), expectsJson: true },
    clock: new VirtualClock(),
    wallMs: () => world.startedAtWallMs,
    draw: () => world.seed,
  })
}

/** The same world with other draws. */
function withSeed(world: World, seed: string): World {
  return { ...world, seed, settings: { ...world.settings, seed } }
}
