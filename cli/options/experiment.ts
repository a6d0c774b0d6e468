/** From the options of a command line to the experiment that they stand for. */

import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import type { ScenarioWhole } from '../control/control.ts'
import { type LoadOfScenario, loadOfScenario } from '../experiment/scenario-load.ts'
import { usageError } from '../io.ts'
import { ExpectationError, parseExpectation } from '../report/stats/expect.ts'
import { readArms } from './arms.ts'
import { checkCircuits, typedCircuit } from './circuit.ts'
import type { ExperimentOptions } from './common.ts'
import { conditionsFrom } from './conditions.ts'
import { scheduleFrom } from './schedule.ts'

/** What decides an experiment beside its options. */
export interface TypedExperiment {
  /** Expressions. */
  readonly arms: string[]
  /** Whether these arms stand even where a scenario has others. */
  readonly ownArms: boolean
  readonly request: ExperimentSpec['request']
  /** Whether an option was typed, or is at its default. */
  readonly typed: (name: string) => boolean
  /** The scenario that is to be played; what was not typed comes from it. */
  readonly scenario?: ScenarioWhole['scenario'] | undefined
}

/** @throws {UserError} with code 2 for what does not go together */
export function experimentFrom(options: ExperimentOptions, asked: TypedExperiment): ExperimentSpec {
  const { scenario, ownArms, request } = asked
  const theirs = scenario && !ownArms ? scenario : null
  const arms = theirs ? readArms(theirs.load.arms.join(',')).map(arm => arm.name) : asked.arms
  const expect = [...(options.expect ?? theirs?.expect ?? [])]
  const { session, seed, oneByOne = false, repeat = 1 } = options
  const load = loadFrom(options, asked)
  checkExpectations(expect, arms)
  if (arms.length > 0) checkCircuits(readArms(arms.join(',')), options)
  if (options.store !== undefined && !readArms(arms.join(',')).some(arm => arm.policies.has('breaker'))) {
    throw usageError(`--store keeps the circuit of a breaker, and ${arms.join(' and ')} has none: leave it out.`)
  }
  return {
    ...(scenario === undefined ? {} : { title: scenario.title }),
    arms,
    ...(theirs ? { retries: theirs.load.retries } : {}),
    circuit: typedCircuit(options),
    load,
    conditions: conditionsFrom(options),
    request,
    ...(session === undefined ? {} : { session }),
    ...(seed === undefined ? {} : { seed }),
    oneByOne,
    repeat,
    expect,
  }
}

const SCHEDULE = ['requests', 'concurrency', 'every', 'rate', 'ramp', 'closed', 'poisson', 'for']

/** What was typed, and the scenario's load in place of what was not; a schedule of which any part was typed is the user's own. */
function loadFrom(options: ExperimentOptions, { typed, scenario }: TypedExperiment): ExperimentSpec['load'] {
  const { connections, keepAlive = true, headersTimeout, bodyTimeout, clients, warmup } = options
  const theirs: Partial<LoadOfScenario> = scenario ? loadOfScenario(scenario.load) : {}
  const schedule = SCHEDULE.some(typed) ? null : theirs.schedule
  return {
    ...(schedule ?? scheduleFrom(options, typed)),
    codes: (typed('codes') ? null : theirs.codes) ?? options.codes,
    timeoutMs: (typed('timeout') ? null : theirs.timeoutMs) ?? options.timeout,
    connections,
    keepAlive,
    ...(headersTimeout === undefined ? {} : { headersTimeoutMs: headersTimeout }),
    ...(bodyTimeout === undefined ? {} : { bodyTimeoutMs: bodyTimeout }),
    ...(clients === undefined ? {} : { clients }),
    warmup,
  }
}

function checkExpectations(texts: readonly string[], arms: readonly string[]): void {
  try {
    for (const text of texts) parseExpectation(text, arms)
  } catch (error) {
    if (error instanceof ExpectationError) throw usageError(`${error.message}.`)
    throw error
  }
}
