/** One run: puts arms together with their clients and recorders, sends the schedule through them, and takes all apart again. */

import type { ExperimentLoad } from '../../server/experiments/spec.ts'
import { type Clock, sleep } from '../../server/lib/clock.ts'
import type { Flow } from '../../server/runs/flow.ts'
import type { CircuitOptions } from '../breaker/options.ts'
import type { ArmTotals } from '../control/live-publisher.ts'
import { type LoadClient, openClient } from '../load/client.ts'
import { mergeFlows, RunFlow } from '../load/flow.ts'
import { type GeneratorReport, generateLoad } from '../load/generator.ts'
import { Histogram } from '../load/histogram.ts'
import { Recorder } from '../load/recorder.ts'
import type { Schedule } from '../load/schedule.ts'
import type { Target } from '../load/target.ts'
import { type ArmParts, buildArm, type Arm as PolicyArm, wantsBody } from '../policy/arm.ts'
import type { ParsedArm } from '../policy/parse.ts'
import { jitter } from '../policy/retry.ts'
import type { Cancel } from '../policy/send.ts'
import type { RunEvent, Trouble, Verdict } from '../report/result.ts'
import type { Replayed } from '../simulate/replay.ts'
import type { EventLog, LoggedRun } from './event-log.ts'
import { type Publication, PublishedRun } from './published-run.ts'
import type { RunSessions } from './sessions.ts'

/** Everything that decides what a run does. */
export interface RunOptions {
  readonly target: Target
  readonly arms: readonly ParsedArm[]
  /** Makes the server ready for so many arms; asked when connections are open and warm. */
  readonly openSessions: (arms: number) => Promise<RunSessions>
  readonly schedule: Schedule
  /** What is asked for, how long a call may take, how connections are used, and the requests before the run. */
  readonly load: Omit<ExperimentLoad, 'requests' | 'schedule'>
  readonly seed: string
  /** What the sessions of the arms draw from, where it is not the server's own seed. */
  readonly serverSeed?: string | undefined
  readonly circuit: CircuitOptions
  readonly openCircuit?: ArmParts['openCircuit']
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((share: number, arms?: readonly ArmTotals[]) => void) | undefined
  /** Follows what happens to a session of the server, or to the one that all share; not given where there is none. */
  readonly openLog?: ((session: string | undefined) => EventLog) | undefined
  /** Makes the run known to the pages of the server; asked once a run. */
  readonly publish?: (() => Publication) | undefined
  /** The session that the run belongs to; the default one where it is not given. */
  readonly session?: string | undefined
  /** Whether the result holds some of the requests one by one. */
  readonly keepsFlow?: boolean | undefined
}

/** What came out of a run. */
export interface FinishedRun {
  readonly report: GeneratorReport
  readonly recorders: readonly Recorder[]
  readonly trouble: Readonly<Trouble>
  /** What happened to the server meanwhile, in the order of time; null where nobody could tell. */
  readonly events: readonly RunEvent[] | null
  /** What of it can be done to another run. */
  readonly changes?: readonly Replayed[]
  /** The arms whose session was deleted or replaced meanwhile, or whose server was started again. */
  readonly vanished?: readonly string[]
  /** Some of the requests one by one; not there where nobody wants to see them. */
  readonly flow?: Flow
  /** Tells the pages that it is over, what it means, and the id that it is kept under. */
  readonly announceEnd: (verdict?: Verdict, kept?: string | null) => Promise<void>
}

/** An arm with everything that belongs to it. */
interface OpenArm {
  readonly recorder: Recorder
  readonly client: LoadClient
  readonly arm: PolicyArm
  /** Counts what the recorder must not: calls before the run. */
  readonly gate: { open: boolean }
}

/**
 * Runs to the end of the schedule, or until the signal aborts.
 * @throws {ArmError} for an arm that cannot be built, and what `openSessions` throws; never for what the upstream does
 */
export async function runArms(options: RunOptions): Promise<FinishedRun> {
  const arms: OpenArm[] = []
  const { schedule, publish, keepsFlow } = options
  const flow = publish || keepsFlow ? new RunFlow(schedule, options.arms.length, publish !== undefined) : null
  try {
    for (const parsed of options.arms) arms.push(await openArm(options, parsed, flow))
    await openConnections(options, arms)
    await Promise.all(arms.map(arm => warmUp(options, arm)))
    const sessions = await options.openSessions(arms.length)
    try {
      const { report, published, log, lateMs } = await sendLoad(options, sessions, arms, flow)
      const vanished = (await sessions.vanished?.()) ?? []
      return {
        report,
        events: log?.events ?? null,
        changes: log?.changes ?? [],
        ...(vanished.length === 0 ? {} : { vanished: vanished.flatMap(index => options.arms[index]?.name ?? []) }),
        recorders: arms.map(arm => arm.recorder),
        ...(flow && keepsFlow ? { flow: flow.kept() } : {}),
        trouble: sinceStart(sessions.trouble, lateMs),
        announceEnd: async (verdict, kept) => published?.end(verdict, kept),
      }
    } finally {
      await sessions.close()
    }
  } finally {
    await Promise.all(arms.flatMap(({ arm, client }) => [arm.close(), client.close()]))
  }
}

async function sendLoad(
  options: RunOptions,
  { sessions, startsAt }: RunSessions,
  arms: readonly OpenArm[],
  flow: RunFlow | null,
): Promise<{ report: GeneratorReport; published: PublishedRun | null; log: LoggedRun | null; lateMs: number }> {
  const { clock, signal, schedule, load, seed, publish, onProgress, session } = options
  for (const [index, { client, gate }] of arms.entries()) {
    client.enter(sessions[index])
    gate.open = true
  }
  const log = options.openLog?.(sessions[0]) ?? null
  await sleep(clock, startsAt - clock.now(), signal)
  let over = false
  for (const { arm, recorder } of arms) {
    const state = arm.state()
    if (state !== null) recorder.enter(state, clock.now())
    // A circuit that has a timer goes on when all is answered: that is no part of the run.
    arm.states((next, atMs) => {
      if (!over) recorder.enter(next, atMs)
    })
  }
  const recorders = arms.map(arm => arm.recorder)
  const terms = { requests: schedule.requests, timeoutMs: load.timeoutMs, ...plannedLength(schedule) }
  const published = publish ? new PublishedRun(publish(), recorders, { sessions, session }, terms, clock, flow) : null
  const startedAt = clock.now()
  const report = await generateLoad({
    ...{ schedule, codes: load.codes, seed, connections: load.connections, clock, signal },
    onProgress(share) {
      published?.update()
      onProgress?.(
        share,
        recorders.map(recorder => recorder.totals),
      )
    },
    arms: arms.map(({ arm, recorder }) => ({ send: arm.send, recorder })),
  })
  over = true
  await log?.ready
  const lateMs = startsAt === 0 ? 0 : startedAt - startsAt
  return { report, published, log: log?.end(startedAt, report.durationMs) ?? null, lateMs }
}

/** A start that is late by more milliseconds than these is told in the times of the trouble. */
const MAX_LATE_MS = 20

/** Trouble by the start of the run, which comes after that of the script on a machine that is too busy to be in time. */
function sinceStart(trouble: Readonly<Trouble>, lateMs: number): Readonly<Trouble> {
  if (lateMs <= MAX_LATE_MS) return trouble
  const moment = (ms: number) => Math.max(0, Math.round(ms - lateMs))
  return trouble
    .map(spell => ({ ...spell, fromMs: moment(spell.fromMs), toMs: moment(spell.toMs) }))
    .filter(({ toMs }) => toMs > 0)
}

/** When the last request is to leave, in milliseconds from the start; a closed loop does not plan it. */
function plannedLength({ shape, requests, at }: Schedule): { readonly lengthMs?: number } {
  return shape.kind === 'closed' ? {} : { lengthMs: Math.round(at(requests - 1)) }
}

async function openArm(options: RunOptions, parsed: ParsedArm, runFlow: RunFlow | null): Promise<OpenArm> {
  const { target, clock, wallMs, seed, circuit, openCircuit, schedule } = options
  const { timeoutMs, connections, keepAlive, headersTimeoutMs, bodyTimeoutMs, clients, warmup } = options.load
  const flow = runFlow?.addArm() ?? null
  const recorder = new Recorder(parsed.name, schedule.requests, clock, flow)
  const gate = { open: warmup === 0 }
  const client = openClient({
    ...{ target, connections, fresh: !keepAlive, keepsBodies: wantsBody(parsed), clock, wallMs },
    ...(headersTimeoutMs === undefined ? {} : { headersTimeoutMs }),
    ...(bodyTimeoutMs === undefined ? {} : { bodyTimeoutMs }),
    meter: {
      called: () => gate.open && recorder.called(),
      wasted: () => gate.open && recorder.wasted(),
      answered: ms => gate.open && recorder.answered(ms),
      waited: (ms, capped) => gate.open && recorder.waited(ms, capped),
      limited: (lacking, open) => recorder.limited(lacking, open),
      redirected: location => gate.open && recorder.redirected(location),
    },
  })
  const call = flow?.watchCalls(client.send, () => arm.state() === 'half-open') ?? client.send
  const arm: PolicyArm = await buildArm(parsed, {
    ...{ call, clock, random: jitter(seed), timeoutMs, circuit, clients },
    ...(openCircuit === undefined ? {} : { openCircuit }),
  })
  return { recorder, client, arm, gate }
}

/** Opens what the arms surely need at once. Where this machine gives less than that, all arms get the same share of it. */
async function openConnections(
  { schedule: { concurrency, requests, everyMs, shape }, load }: RunOptions,
  arms: readonly OpenArm[],
): Promise<void> {
  const atOnce = shape.kind === 'batches' || shape.kind === 'closed' ? concurrency : Math.ceil(OPENED_FOR_MS / everyMs)
  const wanted = Math.min(requests, atOnce, load.connections)
  const given = await Promise.all(arms.map(({ client }) => client.open(wanted)))
  if (given.every(each => each === null)) return
  const all = given.reduce<number>((sum, each) => sum + (each ?? wanted), 0)
  for (const { client } of arms) client.limitTo(Math.floor((all - SPARED) / arms.length))
}

/** Connections that are given back where there are not enough: whoever counts, publishes or keeps the run needs some. */
const SPARED = 8
/** With a rate, connections are opened for what leaves within so many milliseconds. */
const OPENED_FOR_MS = 100

/** Runs of single arms as one: the longest of them, with all that was late in any. */
export function mergeRuns(parts: readonly FinishedRun[]): FinishedRun {
  const reports = parts.map(part => part.report)
  const most = (figure: (report: GeneratorReport) => number) => Math.max(...reports.map(figure))
  return {
    recorders: parts.flatMap(part => part.recorders),
    announceEnd: async () => {},
    trouble: parts[0]?.trouble ?? [],
    ...(parts.every(part => part.flow) ? { flow: mergeFlows(parts.flatMap(part => part.flow ?? [])) } : {}),
    ...(parts.some(part => part.vanished) ? { vanished: parts.flatMap(part => part.vanished ?? []) } : {}),
    events: parts.some(part => part.events)
      ? parts.flatMap(({ events, recorders }) =>
          (events ?? []).map(event => ({ ...event, arm: recorders[0]?.name ?? '' })),
        )
      : null,
    changes: parts.flatMap(({ changes = [], recorders }) =>
      changes.map(change => ({ ...change, arm: recorders[0]?.name ?? '' })),
    ),
    report: {
      lag: reports.reduce((all, { lag }) => {
        all.add(lag)
        return all
      }, new Histogram()),
      interrupted: reports.some(report => report.interrupted),
      sent: most(report => report.sent),
      durationMs: most(report => report.durationMs),
      late: reports.reduce((sum, report) => sum + report.late, 0),
      lagMs: { p99: most(report => report.lagMs.p99), max: most(report => report.lagMs.max) },
      eventLoopMs: {
        p99: most(report => report.eventLoopMs?.p99 ?? 0),
        max: most(report => report.eventLoopMs?.max ?? 0),
      },
    },
  }
}

/** Warm-up goes around the policies: a circuit must not have seen a call before the run. */
async function warmUp({ load, seed, signal }: RunOptions, { client }: OpenArm): Promise<void> {
  const { warmup, codes } = load
  const cancels: Cancel[] = []
  const giveUp = () => {
    for (const cancel of cancels) cancel()
  }
  const calls = Array.from({ length: warmup }, (_, index) => {
    const request = { index, key: `${seed}-warmup-${index}`, attempt: 0, code: codes[index % codes.length] ?? '' }
    return new Promise<void>(resolve => cancels.push(client.send(request, () => resolve())))
  })
  signal?.addEventListener('abort', giveUp)
  if (signal?.aborted) giveUp()
  await Promise.all(calls)
  signal?.removeEventListener('abort', giveUp)
}
