/** An experiment: all arms at once or one after the other, once or several times over, and one result of it all. */

import { needsSessions } from '../../server/experiments/conditions.ts'
import { promisedShare, type SettingsInForce, settingsInForce } from '../../server/experiments/settings-in-force.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import type { Clock } from '../../server/lib/clock.ts'
import type { Control } from '../control/control.ts'
import type { DaysBudget } from '../io.ts'
import { scheduleOf } from '../load/schedule.ts'
import type { Target } from '../load/target.ts'
import type { ArmParts } from '../policy/arm.ts'
import { type ParsedArm, parseArm, withRetries } from '../policy/parse.ts'
import type { Result } from '../report/result.ts'
import { checkExpectations, parseExpectation } from '../report/stats/expect.ts'
import { total, useful } from '../report/stats/figures.ts'
import { allRuns, pairingOfAll } from '../report/stats/repeats.ts'
import { judge, judged } from '../report/verdict/verdict.ts'
import type { World } from '../simulate/world.ts'
import { openEventLog } from './event-log.ts'
import { OtherDaysOfRun, STANDARD_BUDGET } from './other-days.ts'
import { isIndependent, pairingOf } from './pairing.ts'
import { conditionsOf, resultOf } from './result.ts'
import { type FinishedRun, mergeRuns, type RunOptions, runArms } from './run.ts'
import { DEFAULT_SESSION, ownSessions, sharedSession } from './sessions.ts'

/** What an experiment is run with: whatever its document does not say. */
export interface ExperimentContext {
  readonly command: Result['command']
  readonly target: Target
  /** The control plane of the flaky catalog that is fired at; null where the target is none. */
  readonly control: Control | null
  /** What plays the runs in virtual time in place of a server; there is no control plane then. */
  readonly simulator?: Simulator | undefined
  /** The session that it plays in, or whose settings it begins with; the default one where it is not given. */
  readonly session?: string | undefined
  /** What the sessions of the arms are called, before a number. */
  readonly sessionPrefix: string
  /** Whether the server is somebody else's, whose fail rate belongs into the result. */
  readonly readsFailRate: boolean
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  /** A fresh word, for a seed where none is given. */
  readonly draw: () => string
  /** Ends the run early; what was measured by then is the result. */
  readonly signal?: AbortSignal | undefined
  /** Where the circuits live; in this process when left out. */
  readonly openCircuit?: ArmParts['openCircuit']
  /** Called four times a second with the share of all runs that is done, 0 to 1, and what the arms of this one came to. */
  readonly onProgress?: RunOptions['onProgress']
  /** Makes a run known to the pages of the server; asked once a run. */
  readonly publish?: RunOptions['publish']
  /** Keeps the result before the pages are told that the run is over; answers the id that it is kept under. */
  readonly keep?: ((result: Result) => Promise<string | null>) | undefined
  /** How many other days are worked out, and how long that may take; none where it is null. */
  readonly days?: DaysBudget | null | undefined
}

/** Plays the runs of an experiment without a server. */
export interface Simulator {
  /** What the result says of the simulated world. */
  readonly about: NonNullable<Result['simulated']>
  /** The settings of the simulated server. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The document of the scenario that is played; null where none is. */
  readonly scenario: unknown
  readonly world: World
  /** @param own whether each arm has a session of its own */
  run(options: RunOptions, own: boolean): Promise<FinishedRun>
}

/** Everything that the runs of an experiment have in common. */
interface Prepared {
  readonly spec: ExperimentSpec
  readonly context: ExperimentContext
  readonly arms: readonly ParsedArm[]
  /** Whether each arm has a session of its own. */
  readonly own: boolean
  readonly conditions: Result['conditions']
  /** What the arms meet; null where nobody knows. */
  readonly inForce: SettingsInForce | null
  /** Of the server when the first run begins, and the document of the scenario; null where nobody knows. */
  readonly settings: unknown
  readonly scenario: unknown
  /** Makes the server ready for the arms of run `run`, counted from 0. */
  readonly openSessions: (run: number) => RunOptions['openSessions']
  /** What the server draws from in run `run` where it is not its own seed: a repetition repeats its draws too. */
  readonly serverSeed: (run: number) => string | undefined
}

/**
 * Runs the experiment, or as much of it as there is time for before the signal aborts.
 * @throws {ArmError} and {ExpectationError} for expressions that cannot be read, {CircuitOptionsError} for circuit options
 * that contradict each other, {UserError} for what the server refuses; never for what the upstream does
 */
export async function runExperiment(spec: ExperimentSpec, context: ExperimentContext): Promise<Result> {
  const { repeat, expect } = spec
  const { signal } = context
  const seed = spec.seed ?? context.draw()
  const prepared = await prepare(spec, context)
  const names = prepared.arms.map(arm => arm.name)
  const rules = expect.map(text => parseExpectation(text, names))
  const results: Result[] = []
  let announceEnd: AnnounceEnd = async () => {}
  for (let run = 0; run < repeat && !(run > 0 && signal?.aborted); run++) {
    const onProgress: RunOptions['onProgress'] = (share, arms) =>
      context.onProgress?.((run + share) / repeat, repeat === 1 ? arms : undefined)
    await announceEnd(null)
    const ended = await runOnce(prepared, run, repeated(seed, run), onProgress)
    results.push(ended.result)
    announceEnd = ended.announceEnd
    if (ended.result.vanished) break
  }
  const result = wholeOf(results, repeat)
  // What a run did that was stopped says nothing of what it would have done; what had no session, nothing of anything.
  const checked =
    rules.length === 0 || result.interrupted || result.vanished
      ? result
      : { ...result, expectations: checkExpectations(rules, result) }
  await announceEnd((await context.keep?.(checked)) ?? null)
  return checked
}

/** The seed of run `run`, counted from 0. */
function repeated(seed: string, run: number): string {
  return run === 0 ? seed : `${seed}-r${run + 1}`
}

/** Tells the pages that a run is over, and where it is kept. */
type AnnounceEnd = (kept: string | null) => Promise<void>

async function prepare(spec: ExperimentSpec, context: ExperimentContext): Promise<Prepared> {
  const { control, simulator, clock, sessionPrefix } = context
  const arms = spec.arms.map(text => withRetries(parseArm(text), spec.retries))
  const own =
    (control !== null || simulator !== undefined) && (spec.session === undefined || needsSessions(spec.conditions))
  const shared = spec.session === DEFAULT_SESSION ? undefined : spec.session
  const settings = simulator
    ? simulator.settings
    : control && (await (own || !shared ? control : control.in(shared)).hello().catch(() => null))?.settings
  const atStart = startOf(settings ?? undefined, spec)
  const ownSeed = typeof atStart?.seed === 'string' ? atStart.seed : 'server'
  const serverSeed = (run: number) => (own && run > 0 ? repeated(ownSeed, run) : undefined)
  const scenario = await scenarioOf(spec, context)
  return {
    ...{ spec, context, arms, own, settings, scenario, serverSeed },
    conditions: conditionsOf(spec, arms, atStart),
    inForce: settingsInForce(settings, spec.conditions, scenario),
    openSessions: run =>
      own && control
        ? ownSessions(clock, control, repeated(sessionPrefix, run), spec.conditions, serverSeed(run))
        : sharedSession(control ? shared : undefined, control),
  }
}

/** The settings that the arms begin with, but for what is done to them in this run alone. */
function startOf(server: Readonly<Record<string, unknown>> | undefined, { conditions }: ExperimentSpec) {
  const { settings } = conditions
  if (settings === undefined) return server
  return settingsInForce(server, { settings, outages: [] }, null)?.base ?? server
}

/** The document of the scenario of the conditions; null without one, and where the server does not tell. */
async function scenarioOf({ conditions }: ExperimentSpec, { simulator, control }: ExperimentContext) {
  if (simulator || !control || conditions.scenario === undefined) return simulator?.scenario ?? null
  return (await control.scenario(conditions.scenario).catch(() => null))?.scenario ?? null
}

async function runOnce(
  prepared: Prepared,
  index: number,
  seed: string,
  onProgress: NonNullable<RunOptions['onProgress']>,
): Promise<{ result: Result; announceEnd: AnnounceEnd }> {
  const { spec, context, arms } = prepared
  const [openSessions, serverSeed] = [prepared.openSessions(index), prepared.serverSeed(index)]
  const { target, control, clock, wallMs, signal, openCircuit, publish, simulator } = context
  const { load, circuit, oneByOne } = spec
  const options: RunOptions = {
    ...{ target, arms, load, circuit, seed, openSessions, openCircuit, clock, wallMs, signal, onProgress, publish },
    schedule: scheduleOf(load, seed),
    ...(serverSeed === undefined ? {} : { serverSeed }),
    keepsFlow: context.keep !== undefined,
    ...(context.session === undefined || context.session === DEFAULT_SESSION ? {} : { session: context.session }),
    ...(control ? { openLog: session => openEventLog(session ? control.in(session) : control, clock) } : {}),
  }
  const run = (one: RunOptions) => (simulator ? simulator.run(one, prepared.own) : runArms(one))
  const startedAtWallMs = wallMs()
  const atStart = await failRateNow(prepared)
  const days = daysOf(prepared, index, seed)
  const result = async (finished: FinishedRun) => {
    const asked = clock.now()
    const atEnd = await failRateNow(prepared)
    const controlMs = atEnd === null ? null : clock.now() - asked
    const failRate = atStart === null || atEnd === null ? undefined : { atStart, atEnd }
    const facts = {
      ...{ spec, seed, own: prepared.own, inForce: prepared.inForce, events: finished.events },
      isCatalog: control !== null || simulator !== undefined,
    }
    const measured = resultOf(finished, {
      ...{ command: context.command, title: spec.title, options, startedAtWallMs, failRate },
      ...{ simulated: simulator?.about },
      conditions: prepared.conditions,
      promised: promisedShare(prepared.inForce),
      pairing: pairingOf(facts),
      isIndependent: arm =>
        isIndependent(
          facts,
          arms.filter(({ name }) => name === arm || name === arms[0]?.name),
        ),
    })
    if (days === null || measured.vanished) return judged(measured)
    const { recorders, report, changes = [] } = finished
    const source = { result: measured, recorders, lag: report.lag, changes, controlMs, startedAtWallMs }
    return judged({ ...measured, otherDays: await days.of(source, signal) })
  }
  try {
    await days?.begin()
    if (!oneByOne) {
      const finished = await run(options)
      const whole = await result(finished)
      return { result: whole, announceEnd: kept => finished.announceEnd(whole.verdict, kept) }
    }
    const parts: FinishedRun[] = []
    for (const [index, arm] of arms.entries()) {
      const share = (own: number) => onProgress((index + own) / arms.length)
      const part = await run({ ...options, schedule: scheduleOf(load, seed), arms: [arm], onProgress: share })
      await part.announceEnd()
      parts.push(part)
    }
    return { result: await result(mergeRuns(parts)), announceEnd: async () => {} }
  } finally {
    days?.close()
  }
}

/** What will work out other days; null where nobody asked for any, and before the last of several runs, which are judged together. */
function daysOf(prepared: Prepared, index: number, seed: string): OtherDaysOfRun | null {
  const { spec, context, own, settings, scenario, inForce } = prepared
  const { control, simulator, openCircuit, days: budget = STANDARD_BUDGET } = context
  if (budget === null || index < spec.repeat - 1) return null
  return new OtherDaysOfRun({
    ...{ spec, seed, budget, own, settings, scenario, inForce },
    isCatalog: control !== null,
    ownCircuits: openCircuit === undefined,
    world: simulator?.world ?? null,
  })
}

/** The fail rate that the arms meet, in percent: of the session that they share, or that theirs inherit from; null where nothing is known of it. */
async function failRateNow({ spec, context, own }: Prepared): Promise<number | null> {
  const { control, simulator, readsFailRate } = context
  const { settings, scenario } = spec.conditions
  const failRate = spec.conditions.failRate ?? (typeof settings?.failRate === 'number' ? settings.failRate : undefined)
  if (!readsFailRate || scenario !== undefined) return null
  if (simulator) return failRate ?? Number(simulator.settings.failRate)
  if (!control) return null
  const asked = own || spec.session === undefined ? control : control.in(spec.session)
  return failRate ?? (await asked.failRate().catch(() => null))
}

/** The last run that came to its end, with the figures of all and the verdict on them. */
function wholeOf(results: readonly Result[], repeat: number): Result {
  const vanished = results.find(result => result.vanished)
  if (vanished) return vanished
  const whole = results.filter(result => !result.interrupted)
  const last = whole.at(-1) ?? results.at(-1)
  if (!last) throw new RangeError('an experiment of no runs')
  if (repeat === 1) return last
  const interrupted = results.some(result => result.interrupted)
  const repeats = whole.map(repeatOf)
  const verdict = whole.length < 2 ? last.verdict : judge({ ...allRuns(whole), interrupted, repeats })
  return { ...pairedAsAll(last, whole), interrupted, repeats, verdict }
}

/** The last run, compared request by request only where all runs can be. */
function pairedAsAll(last: Result, runs: readonly Result[]): Result {
  const pairing = pairingOfAll(runs)
  if (!pairing || pairing.holds || !last.pairing?.holds) return { ...last, ...(pairing ? { pairing } : {}) }
  const differences = last.differences?.map(({ pairs, lost, ...difference }) => difference)
  return { ...last, pairing, pairs: null, ...(differences ? { differences } : {}) }
}

function repeatOf({ seed, arms }: Result): NonNullable<Result['repeats']>[number] {
  return {
    seed,
    arms: arms.map(({ name, outcomes, upstream, latencyMs, recoveryMs }) => {
      const all = total(outcomes)
      const percent = all === 0 ? null : (100 * useful(outcomes)) / all
      return { name, useful: percent, ...upstream, p95Ms: latencyMs.success.p95, recoveryMs }
    }),
  }
}
