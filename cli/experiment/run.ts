/** Puts arms together with their clients and recorders, plays the schedule through them, and takes all apart again. */

import { type Clock, sleep } from '../../server/lib/clock.ts'
import type { CircuitOptions } from '../breaker/options.ts'
import { type ClientOptions, type LoadClient, openClient } from '../load/client.ts'
import { type GeneratorReport, generateLoad } from '../load/generator.ts'
import { Recorder } from '../load/recorder.ts'
import type { Schedule } from '../load/schedule.ts'
import type { Target } from '../load/target.ts'
import { type ArmParts, buildArm, type Arm as PolicyArm } from '../policy/arm.ts'
import type { ParsedArm } from '../policy/parse.ts'
import { jitter } from '../policy/retry.ts'
import type { Cancel } from '../policy/send.ts'
import type { Trouble } from '../report/result.ts'
import { type Publication, PublishedRun } from './published-run.ts'

/** Where the arms play: the sessions of the server, made ready for them. */
export interface Stage {
  /** The session of each arm; undefined for the one that all share, or where the target knows none. */
  readonly sessions: readonly (string | undefined)[]
  /** The clock's reading at which the run begins; one that has passed means at once. */
  readonly startsAt: number
  /** What is known to go wrong, from the start of the run. */
  readonly trouble: Readonly<Trouble>
  /** Takes back everything that was made ready. */
  close(): Promise<void>
}

/** Everything that decides what a run does. */
export interface Contest {
  readonly target: Target
  readonly arms: readonly ParsedArm[]
  /** Makes the server ready for so many arms; asked when connections are open and warm. */
  readonly stage: (arms: number) => Promise<Stage>
  readonly schedule: Schedule
  readonly codes: readonly string[]
  readonly seed: string
  /** Milliseconds a call may take. */
  readonly timeoutMs: number
  readonly circuit: CircuitOptions
  readonly openCircuit?: ArmParts['openCircuit']
  readonly wire: Pick<ClientOptions, 'connections' | 'fresh' | 'headersTimeoutMs' | 'bodyTimeoutMs'>
  /** Requests of each arm before the run, counted nowhere: they open the connections and warm the code up. */
  readonly warmup: number
  readonly clock: Clock
  readonly wallMs: () => number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((share: number) => void) | undefined
  /** Makes the run known to the pages of the server; asked once a run. */
  readonly publish?: (() => Publication) | undefined
}

/** What came out of it. */
export interface Held {
  readonly played: GeneratorReport
  readonly recorders: readonly Recorder[]
  readonly trouble: Readonly<Trouble>
  /** Tells the pages that it is over, what it means, and the id that it is kept under. */
  readonly farewell: (verdict?: string, kept?: string | null) => Promise<void>
}

interface Side {
  readonly recorder: Recorder
  readonly client: LoadClient
  readonly arm: PolicyArm
  /** Counts what the recorder must not: calls before the run. */
  readonly gate: { open: boolean }
}

/**
 * Plays the contest to its end, or until its signal aborts.
 * @throws {ArmError} for an arm that cannot be built, and what the stage throws; never for what the upstream does.
 */
export async function hold(contest: Contest): Promise<Held> {
  const sides: Side[] = []
  try {
    for (const plan of contest.arms) sides.push(await openSide(contest, plan))
    await Promise.all(sides.map(side => warmUp(contest, side)))
    const stage = await contest.stage(sides.length)
    try {
      const { played, published } = await perform(contest, stage, sides)
      const farewell: Held['farewell'] = async (verdict, kept) => published?.end(verdict, kept)
      return { played, recorders: sides.map(side => side.recorder), trouble: stage.trouble, farewell }
    } finally {
      await stage.close()
    }
  } finally {
    await Promise.all(sides.flatMap(({ arm, client }) => [arm.close(), client.close()]))
  }
}

async function perform(
  contest: Contest,
  stage: Stage,
  sides: readonly Side[],
): Promise<{ played: GeneratorReport; published: PublishedRun | null }> {
  const { clock, signal } = contest
  for (const [index, { client, gate }] of sides.entries()) {
    client.enter(stage.sessions[index])
    gate.open = true
  }
  await sleep(clock, stage.startsAt - clock.now(), signal)
  for (const { arm, recorder } of sides) {
    const state = arm.state()
    if (state !== null) recorder.enter(state, clock.now())
    arm.states((next, atMs) => recorder.enter(next, atMs))
  }
  const published = contest.publish
    ? new PublishedRun(
        contest.publish(),
        sides.map(side => side.recorder),
        stage.sessions,
        { requests: contest.schedule.requests, timeoutMs: contest.timeoutMs },
        clock,
      )
    : null
  const played = await generateLoad({
    ...contest,
    onProgress(share) {
      published?.update()
      contest.onProgress?.(share)
    },
    connections: contest.wire.connections,
    arms: sides.map(({ arm, recorder }) => ({ send: arm.send, recorder })),
  })
  return { played, published }
}

async function openSide(contest: Contest, plan: ParsedArm): Promise<Side> {
  const { target, wire, clock, wallMs, seed, timeoutMs, circuit, openCircuit, schedule } = contest
  const recorder = new Recorder(plan.name, schedule.requests, clock)
  const gate = { open: contest.warmup === 0 }
  const meter = {
    called: () => gate.open && recorder.called(),
    wasted: () => gate.open && recorder.wasted(),
  }
  const client = openClient({ target, ...wire, keepsBodies: plan.policies.has('cache'), meter, wallMs })
  const arm = await buildArm(plan, {
    call: client.send,
    clock,
    random: jitter(seed),
    timeoutMs,
    circuit,
    ...(openCircuit === undefined ? {} : { openCircuit }),
  })
  return { recorder, client, arm, gate }
}

/** Warm-up goes around the policies: a circuit must not have seen a call before the run. */
async function warmUp({ warmup, codes, seed, signal }: Contest, { client }: Side): Promise<void> {
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

/** Resolves when the clock reads `at`, or when the signal aborts. */
