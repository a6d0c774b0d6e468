/** One run in virtual time: the policies, circuits, loops and recorders of a live one, before a simulated server. */

import { ChaosControl } from '../../server/chaos/control.ts'
import type { SessionLog } from '../../server/chaos/decision/request-record.ts'
import { Interceptor } from '../../server/chaos/intercept/interceptor.ts'
import { parseScenario } from '../../server/chaos/scenario/files.ts'
import { ScenarioRunner } from '../../server/chaos/scenario/runner.ts'
import type { Session } from '../../server/chaos/session/session.ts'
import { readPatch } from '../../server/chaos/settings/patch.ts'
import { LIMITS, MAX_ARMS } from '../../server/config/limits.ts'
import { isScripted, LEAD_MS, outageScenario, ownSettings } from '../../server/experiments/conditions.ts'
import type { Conditions, ExperimentSpec } from '../../server/experiments/spec.ts'
import type { Clock } from '../../server/lib/clock.ts'
import { UserError } from '../../server/lib/user-error.ts'
import type { Arm } from '../load/calls-in-flight.ts'
import { type GeneratorReport, sendLoad } from '../load/generator.ts'
import { Recorder } from '../load/recorder.ts'
import type { Schedule } from '../load/schedule.ts'
import { buildArm } from '../policy/arm.ts'
import type { ParsedArm } from '../policy/parse.ts'
import { jitter } from '../policy/retry.ts'
import { timeout } from '../policy/timeout.ts'
import type { Trouble } from '../report/result.ts'
import { buildOwnArm, type NamedArm } from './own-arm.ts'
import { type ProcessTime, replaceProcessTime } from './process-time.ts'
import { libraryOf } from './refusal.ts'
import { type Replayed, replay } from './replay.ts'
import { CallPerformer, type SimulatedCall, SimulatedClient, type TransportOptions } from './transport.ts'
import { VirtualClock } from './virtual-clock.ts'
import { latenesses, roundTrips, type World } from './world.ts'

/** Everything that decides what a simulated run does, beside its world. */
export interface SimulatedRunOptions {
  readonly arms: readonly (ParsedArm | NamedArm)[]
  readonly schedule: Schedule
  readonly load: Pick<ExperimentSpec['load'], 'codes' | 'timeoutMs' | 'connections' | 'clients'>
  readonly circuit: ExperimentSpec['circuit']
  readonly conditions: Conditions
  readonly request: ExperimentSpec['request']
  readonly seed: string
  /** Whether each arm has a session of its own. */
  readonly own: boolean
  /** What others do to the server meanwhile. */
  readonly changes?: readonly Replayed[] | undefined
  readonly signal?: AbortSignal | undefined
  /** Called now and then with the share of the run that is done, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
  /** Writes down what becomes of each request at the server; nobody does where it is left out. */
  readonly log?: ((session: string) => SessionLog) | undefined
}

/** What came out of it. */
export interface SimulatedRun {
  readonly report: GeneratorReport
  readonly recorders: readonly Recorder[]
  readonly trouble: Readonly<Trouble>
  /** Outages that nobody planned for the run, as the first arm met them. */
  readonly observed: Readonly<Trouble>
}

/** Timers that fire for one try of a request at the most: it leaves, waits, is worked on, answered, timed out … */
const MAX_STEPS_PER_TRY = 40
const MAX_TRIES = 21

/** Steps between two looks at the world outside, some 10 ms. */
const STEPS_AT_ONCE = 20_000

/**
 * Runs to the end of the schedule, or until the signal aborts.
 * @throws {UserError} with code 2 for a scenario that the world has not
 * @throws {SettingsError} for settings that are not valid
 * @throws {Error} where requests are left that nothing will ever answer: a bug
 */
export async function simulateRun(options: SimulatedRunOptions, world: World): Promise<SimulatedRun> {
  const { schedule, arms } = options
  const clock = new VirtualClock((schedule.requests * arms.length * MAX_TRIES + 1_000_000) * MAX_STEPS_PER_TRY)
  const wallMs = () => world.startedAtWallMs + clock.now()
  const goesByProcess = arms.some(arm => 'policies' in arm && libraryOf(arm.policies) !== undefined)
  const processTime = goesByProcess ? replaceProcessTime(clock, wallMs) : null
  try {
    return await play(options, world, { clock, wallMs, processTime })
  } finally {
    processTime?.restore()
  }
}

/** The time of a run. */
interface RunTime {
  readonly clock: VirtualClock
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  /** What stands for the time of the process, where an arm goes by that. */
  readonly processTime: ProcessTime | null
}

async function play(options: SimulatedRunOptions, world: World, time: RunTime): Promise<SimulatedRun> {
  const { schedule, load, seed, signal } = options
  const { clock, wallMs, processTime } = time
  const control = new ChaosControl({
    ...{ clock, version: '', seed: world.seed, settings: world.settings, maxSessions: MAX_ARMS, wall: wallMs },
    log: options.log ?? (() => SILENT),
  })
  const { sessions, trouble } = openSessions(control, options, world)
  const { arms, promises } = await openArms(control, time, sessions, options, world)
  replay(options.changes ?? [], control, sessions, clock)
  const observed = observe(control, sessions[0], clock)
  let report = null as GeneratorReport | null
  const underway = sendLoad(
    {
      ...{ schedule, arms, codes: load.codes, seed, connections: load.connections },
      clock: latecomer(clock, latenesses(world)),
    },
    ended => {
      report = ended
    },
  )
  if (signal?.aborted) underway.interrupt()
  else underway.start()
  if (promises) await promisesKept()
  while (report === null) {
    for (let step = 0; step < STEPS_AT_ONCE && report === null; step++) {
      if (clock.waiting === (processTime?.background ?? 0) || !clock.step()) throw unanswered(arms)
      if (promises) await promisesKept()
    }
    if (report === null) await lookAround(options, arms)
    if (signal?.aborted) underway.interrupt()
  }
  control.close()
  return { report, recorders: arms.map(({ recorder }) => recorder), trouble, observed: observed() }
}

/** Notes when a session is seen to be out of order. Those of a scenario are planned. */
function observe(control: ChaosControl, session: Session | undefined, clock: Clock): () => Trouble {
  const startedAt = clock.now()
  const spells: Trouble = []
  let began: number | null = null
  const end = () => {
    if (began !== null) spells.push({ fromMs: began, toMs: clock.now() - startedAt, what: 'outage' })
    began = null
  }
  control.on(event => {
    if (event.type !== 'outage' || event.session !== session?.id) return
    if (event.change === 'ended') end()
    else if (event.change === 'began' && session.scenarioRun === null) began ??= clock.now() - startedAt
  })
  return () => {
    end()
    return spells
  }
}

/** A session for each arm, or one for all, as a live run has them. */
function openSessions(
  control: ChaosControl,
  { arms, conditions, own }: SimulatedRunOptions,
  { scenarios }: World,
): { sessions: Session[]; trouble: Readonly<Trouble> } {
  const { first } = control.sessions
  if (!own) return { sessions: arms.map(() => first), trouble: [] }
  const scenario = scenarioOf(conditions, scenarios)
  const runner = new ScenarioRunner(control, scenarios)
  const { values } = readPatch(ownSettings(conditions) ?? {}, first.layers.effective())
  const startsInMs = isScripted(conditions) ? 0 : LEAD_MS
  const sessions: Session[] = []
  let trouble: Readonly<Trouble> = []
  for (const index of arms.keys()) {
    const session = control.create({ id: `arm-${index + 1}`, startsInMs, clockOf: sessions[0], pinned: true })
    control.change(session, { values }, { source: 'cli' })
    sessions.push(session)
    if (scenario) trouble = [...(runner.start(scenario, session)?.timeline.trouble ?? [])]
  }
  return { sessions, trouble }
}

function scenarioOf({ scenario: name, outages }: Conditions, scenarios: World['scenarios']) {
  if (name === undefined) return outages.length === 0 ? null : parseScenario(outageScenario(outages))
  const scenario = scenarios.find(each => each.name === name)
  if (scenario) return scenario
  const names = scenarios.map(each => each.name).join(', ')
  throw new UserError(`there is no scenario "${name}": there are ${names}.`, 2)
}

async function openArms(
  control: ChaosControl,
  { clock, wallMs }: RunTime,
  sessions: readonly Session[],
  { arms, load, seed, circuit, request, schedule }: SimulatedRunOptions,
  world: World,
): Promise<{ arms: Arm[]; promises: boolean }> {
  const interceptor = new Interceptor<SimulatedCall>(control, new CallPerformer(wallMs), LIMITS.held)
  const known = world.codes && new Set(world.codes)
  const random = jitter(seed)
  const shared = {
    ...{ clock, interceptor, method: request.method, connections: load.connections },
    headers: new Map(request.headers.map(([name, value]) => [name.toLowerCase(), value])),
    knows: (code: string) => known === null || known.has(code),
  }
  const open: Arm[] = []
  let promises = false
  for (const [index, parsed] of arms.entries()) {
    const recorder = new Recorder(parsed.name, schedule.requests, clock)
    const session = sessions[index]?.id ?? ''
    const transport: TransportOptions = { ...shared, session, roundTripMs: roundTrips(world), meter: recorder }
    const { send } = new SimulatedClient(transport)
    if ('build' in parsed) {
      const parts = { call: timeout(clock, load.timeoutMs)(send), clock, random }
      const arm = buildOwnArm(parsed, parts, (state, atMs) => recorder.enter(state, atMs))
      promises ||= arm.promises
      open.push({ send: arm.send, recorder })
      continue
    }
    const arm = await buildArm(parsed, {
      call: send,
      clock,
      random,
      timeoutMs: load.timeoutMs,
      circuit,
      clients: load.clients,
    })
    promises ||= libraryOf(parsed.policies) !== undefined
    const state = arm.state()
    if (state !== null) recorder.enter(state, clock.now())
    arm.states((next, atMs) => recorder.enter(next, atMs))
    open.push({ send: arm.send, recorder })
  }
  return { arms: open, promises }
}

/** A clock whose timers come late. */
function latecomer(clock: Clock, latenessMs: () => number): Clock {
  return { now: () => clock.now(), after: (waitMs, act) => clock.after(waitMs + latenessMs(), act) }
}

/** Lets the rest of the process have its turn. */
async function lookAround({ onProgress, schedule }: SimulatedRunOptions, arms: readonly Arm[]): Promise<void> {
  const settled = arms.reduce((sum, { recorder }) => sum + recorder.settled, 0)
  onProgress?.(settled / (schedule.requests * arms.length))
  await promisesKept()
}

/** Resolves when every promise that can be kept has been, and so has what follows of it. */
function promisesKept(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

function unanswered(arms: readonly Arm[]): Error {
  const counts = arms.map(({ recorder }) => `${recorder.settled} of ${recorder.name}`)
  return new Error(`the simulation ended before its requests were answered: only ${counts.join(', ')} were`)
}

/** Nothing is written down. */
const SILENT: SessionLog = { started() {}, ended() {}, stats: () => ({}), records: () => [], clear() {} }
