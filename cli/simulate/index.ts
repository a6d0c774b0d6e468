/** `flaky-catalog/simulate`: what policies would do in an outage, worked out in virtual time, for the tests of other projects. */

import type { z } from 'zod'
import { readPatch } from '../../server/chaos/settings/patch.ts'
import { defaultSettings, type settingsSchema } from '../../server/chaos/settings/schema.ts'
import { promisedShare, settingsInForce } from '../../server/experiments/settings-in-force.ts'
import { type Conditions, type ExperimentInput, experimentSchema } from '../../server/experiments/spec.ts'
import { jsonPointer } from '../../server/lib/json-document.ts'
import { UserError } from '../../server/lib/user-error.ts'
import { scheduleOf } from '../load/schedule.ts'
import { parseArm, withRetries } from '../policy/parse.ts'
import type { ArmResult } from '../report/result.ts'
import { recoveries, recovery } from '../report/stats/recovery.ts'
import type { NamedArm, OwnArm } from './own-arm.ts'
import { libraryOf, refusal } from './refusal.ts'
import { simulateRun } from './run.ts'
import { settingsOf, usualWorld, type World } from './world.ts'

export type { Clock } from '../../server/lib/clock.ts'
export type { State } from '../breaker/circuit.ts'
export type { Answer, Cancel, Failure, Outcome, Outgoing, Send } from '../policy/send.ts'
export type { ArmResult } from '../report/result.ts'
export type { OwnArm, OwnArmParts, PromiseBreaker } from './own-arm.ts'

/** What is simulated. Durations are milliseconds, shares are percent. */
export interface Simulation<Name extends string = string>
  extends Pick<ExperimentInput, 'load' | 'circuit' | 'retries' | 'request' | 'seed'> {
  /** By the names that the result gives them: expressions such as `retry+breaker(open-for=2s)`, or functions. */
  readonly arms: Readonly<Record<Name, string | OwnArm>>
  /** How the server fails: fail rate, outages, or one of the scenarios of this package by its name. */
  readonly conditions?: ExperimentInput['conditions']
  /** Settings of the server beside the defaults: faults, latency, capacity, rules … */
  readonly settings?: Readonly<Partial<z.input<typeof settingsSchema>>>
  /** From a call to its answer, beside what the server makes it wait: 1.5 unless given. */
  readonly roundTripMs?: number
  /** Ends it early; what was measured by then is the result. */
  readonly signal?: AbortSignal
}

/** What it came to. */
export interface Simulated<Name extends string = string> {
  /** What each arm came to, as in the results of `chaos compare --json`. */
  readonly arms: Readonly<Record<Name, ArmResult>>
  /** From the first planned start to the last answer, in virtual time. */
  readonly durationMs: number
}

const SEED = 'simulate'

/**
 * Runs all arms through the same load, before a simulated server that meets each of them with the same fates. The same
 * input gives the same result, on every machine.
 * @throws {UserError} for what is not valid or cannot be simulated, with a sentence that says what to do
 * @throws {ArmError} for an expression that cannot be read, {CircuitOptionsError} for circuits that contradict themselves
 */
export async function simulate<Name extends string>(input: Simulation<Name>): Promise<Simulated<Name>> {
  const { arms: asked, settings = {}, roundTripMs, signal, ...rest } = input
  const names = Object.keys(asked) as Name[]
  const expressions = names.map(name => asked[name]).filter(arm => typeof arm === 'string')
  const { load, circuit, request, retries, conditions, seed = SEED } = specFrom({ ...rest, arms: names })
  const why = libraryRefusal(expressions) ?? refusal({ arms: expressions, load, request })
  if (why !== null) throw new UserError(why, 2)
  const world = usualWorld({
    seed,
    settings: readPatch(settings, defaultSettings(seed)).values,
    codes: null,
    ...(roundTripMs === undefined ? {} : { roundTripMs }),
    ...(conditions.scenario === undefined ? { scenarios: [] } : {}),
  })
  const arms = names.map((name): NamedArm | ReturnType<typeof parseArm> => {
    const arm = asked[name]
    return typeof arm === 'string' ? { ...withRetries(parseArm(arm), retries), name } : { name, build: arm }
  })
  const schedule = scheduleOf(load, seed)
  const own = true
  const run = { arms, schedule, load, circuit, conditions, request, seed, own, signal }
  const { report, recorders, trouble } = await simulateRun(run, world)
  const promised = promisedOf(world, conditions)
  const results = recorders.map(recorder => {
    const all = recoveries(recorder.sent.steps(), { trouble, promised })
    return [recorder.name, { ...recorder.measured(), ...recovery(all) }]
  })
  return { arms: Object.fromEntries(results) as Record<Name, ArmResult>, durationMs: report.durationMs }
}

/** Libraries take a thread of their own, and functions cannot be sent to one. */
function libraryRefusal(expressions: readonly string[]): string | null {
  const library = expressions.map(text => libraryOf(parseArm(text).policies)).find(name => name !== undefined)
  return library === undefined
    ? null
    : `${library} goes by the clock of the process, which is real time here: npx chaos simulate gives it a thread of its own.`
}

function promisedOf(world: World, conditions: Conditions): number | null {
  const scenario = world.scenarios.find(({ name }) => name === conditions.scenario) ?? null
  return promisedShare(settingsInForce(settingsOf(world), conditions, scenario))
}

function specFrom(input: unknown) {
  const { data, error } = experimentSchema.safeParse(input)
  if (data) return data
  const flaws = error.issues.map(({ path, message }) => `${jsonPointer(path)}: ${message}`)
  throw new UserError(`this cannot be simulated: ${flaws.join('; ')}`, 2)
}
