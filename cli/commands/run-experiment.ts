/** What `burst` and `compare` have in common: from the options to the printed result and the exit code. */

import { rateNote } from '../../server/lib/units.ts'
import { tokenOf } from '../control/control.ts'
import { openPublisher } from '../control/live-publisher.ts'
import { type Campaign, compete } from '../experiment/experiment.ts'
import { type Kept, keepResult, keptLines } from '../experiment/keep.ts'
import type { Publication } from '../experiment/published-run.ts'
import { openScene, type Scene } from '../experiment/recognise.ts'
import { openStore } from '../experiment/redis.ts'
import { scenarioArms, withLoad } from '../experiment/scenario-load.ts'
import { ownStages, sharedStage } from '../experiment/sessions.ts'
import { addressed } from '../hint-address.ts'
import { EXIT, exitCode, type Io, usageError } from '../io.ts'
import { typedCircuit } from '../options/circuit.ts'
import { type LoadOptions, usualUrl } from '../options/common.ts'
import { type ConditionOptions, conditionsOf, needsSessions } from '../options/conditions.ts'
import type { KeepOptions } from '../options/keep.ts'
import { type RequestOptions, requestParts, wireOptions } from '../options/request.ts'
import { checkedRequests, type ScheduleOptions, scheduleOf } from '../options/schedule.ts'
import { type OutputOptions, printResult, progressBar } from '../output.ts'
import type { ParsedArm } from '../policy/parse.ts'
import type { Result } from '../report/result.ts'
import { checkExpectations, ExpectationError, parseExpectation, type Rule } from '../report/stats/expect.ts'

export interface EngageOptions
  extends Omit<LoadOptions, 'rate'>,
    ScheduleOptions,
    RequestOptions,
    ConditionOptions,
    OutputOptions,
    KeepOptions {
  /** The address of a Redis that keeps the circuits. */
  readonly store?: string
}

/** What the two commands do differently. */
export interface Engagement {
  readonly command: 'burst' | 'compare'
  readonly arms: readonly ParsedArm[]
  /** The session to play in; without it each arm has one of its own. */
  readonly session: { readonly id: string | undefined } | null
  readonly exactly: URL | undefined
  readonly oneByOne: boolean
  readonly repeat: number
  /** Whether an option was typed, or is at its default. */
  readonly typed: (name: string) => boolean
}

export async function engage(io: Io, options: EngageOptions, engagement: Engagement): Promise<number> {
  const note = options.failRate === undefined ? null : rateNote(options.failRate)
  if (note !== null) io.stderr.write(`${note}\n`)
  const request = await requestParts(options)
  const early = options.scenario === undefined ? planned(options, engagement) : null
  const { exactly, command, session } = engagement
  const scene = await openScene(io, { url: options.url, exactly, request, allowRemote: options.allowRemote === true })
  if (!scene.hello && needsSessions(options)) {
    throw usageError(`${scene.target.origin} is no flaky catalog, and only one can be told to fail: leave that out.`)
  }
  if (scene.hello && exactly && !/^\/catalogs(\/|$)/.test(exactly.pathname)) {
    io.stderr.write(`Nothing is made to fail at ${exactly.href}: only what lies under /catalogs is.\n`)
  }
  const plan = early ?? (await scripted(scene, options, engagement))
  const store = await openStore(io, options.store)
  const bar = progressBar(io, command, options.ascii === true)
  const keeper = scene.hello && { origin: scene.target.origin, control: scene.control }
  let kept = null as Kept | null
  const own = scene.hello !== null && (session === null || needsSessions(options))
  const campaign: Campaign = {
    command,
    ...(plan.title === undefined ? {} : { title: plan.title }),
    target: scene.target,
    arms: plan.arms,
    stage: own
      ? ownStages(io, scene.control, `${command}-${io.draw()}`, conditionsOf(options))
      : sharedStage(scene.hello ? session?.id : undefined),
    paired: own && !options.closed,
    schedule: seed => scheduleOf(plan.options, plan.requests, seed),
    codes: plan.options.codes,
    seed: options.seed ?? io.draw(),
    timeoutMs: plan.options.timeout,
    circuit: typedCircuit(options),
    ...(store === null ? {} : { openCircuit: store.openCircuit }),
    wire: wireOptions(options),
    warmup: options.warmup,
    oneByOne: engagement.oneByOne,
    repeat: engagement.repeat,
    clock: io.clock,
    wallMs: io.wallMs,
    signal: io.interrupted,
    onProgress: bar.show,
    failRateNow: rateReader(scene, options, own ? undefined : session?.id),
    keep: async result => {
      kept = options.keep ? await keepResult(io, judged(io, result, plan.rules), keeper) : null
      return kept && kept.origin !== null ? kept.id : null
    },
    ...(scene.hello ? { publish: publisherOf(io, scene, plan.title ?? titleOf(engagement, plan)) } : {}),
  }
  const result = await compete(campaign).finally(() => {
    bar.end()
    store?.close()
  })
  return conclude(io, options, judged(io, result, plan.rules), kept)
}

/** Tells the fail rate that the arms meet: of the session that they play in, or that theirs inherit from. */
function rateReader({ hello, control }: Scene, options: EngageOptions, session: string | undefined) {
  const { failRate, scenario } = conditionsOf(options)
  const known = session === undefined ? control : control.in(session)
  return async () => {
    if (!hello || scenario !== undefined) return null
    return failRate ?? (await known.failRate().catch(() => null))
  }
}

/** Makes runs known on the pages of the server that they are fired at. */
function publisherOf(io: Io, { target }: Scene, title: string): () => Publication {
  const url = new URL(target.origin)
  const token = tokenOf(io.env)
  return () => ({ id: `run-${io.draw()}`, title, publisher: openPublisher({ url, token, clock: io.clock }) })
}

/** What the pages call it: `compare none, breaker`. */
function titleOf({ command }: Engagement, { arms }: Plan): string {
  return `${command} ${arms.map(arm => arm.name).join(', ')}`
}

/** What is to be run, once all that was typed has been understood. */
interface Plan {
  readonly title?: string
  readonly arms: readonly ParsedArm[]
  readonly options: EngageOptions
  readonly requests: number
  readonly rules: readonly Rule[]
}

/** @throws {UserError} with code 2 for what does not go together */
function planned(options: EngageOptions, { arms, typed }: Pick<Engagement, 'arms' | 'typed'>): Plan {
  return { arms, options, requests: checkedRequests(options, typed), rules: expectations(options.expect ?? [], arms) }
}

/** The plan with what the scenario says, where nothing else was typed. */
async function scripted(scene: Scene, options: EngageOptions, engagement: Engagement): Promise<Plan> {
  const { typed, command } = engagement
  const { scenario } = await scene.control.scenario(options.scenario ?? '')
  const given = typed('arms') || command === 'burst'
  const arms = given ? engagement.arms : scenarioArms(scenario.load)
  const loaded = withLoad(options, scenario.load, typed)
  const expect = options.expect ?? (given ? [] : scenario.expect)
  const mine = (name: string) =>
    typed(name) && options[name as keyof EngageOptions] === loaded[name as keyof EngageOptions]
  return { ...planned({ ...loaded, expect }, { arms, typed: mine }), title: scenario.title }
}

function expectations(texts: readonly string[], arms: readonly ParsedArm[]): Rule[] {
  try {
    return texts.map(text =>
      parseExpectation(
        text,
        arms.map(arm => arm.name),
      ),
    )
  } catch (error) {
    if (error instanceof ExpectationError) throw usageError(`${error.message}.`)
    throw error
  }
}

/** The result with its expectations, and with a hint that leads to the same server. */
function judged(io: Io, result: Result, rules: readonly Rule[]): Result {
  const { verdict } = result
  const hint = addressed(verdict.hint, result.target, usualUrl(io.env))
  const expectations = rules.length === 0 ? {} : { expectations: checkExpectations(rules, result) }
  return { ...result, verdict: { ...verdict, hint }, ...expectations }
}

/** Prints, and chooses the exit code: an interruption goes before an expectation. */
function conclude(io: Io, options: EngageOptions, result: Result, kept: Kept | null): number {
  printResult(io, options, result)
  if (kept && !options.json) io.stdout.write(keptLines(kept, usualUrl(io.env)))
  const code = exitCode(io.interrupted)
  const failed = result.expectations?.some(expectation => !expectation.passed)
  return code === EXIT.ok && failed ? EXIT.expectation : code
}
