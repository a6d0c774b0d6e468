/** Puts arms together with their clients and recorders, plays the schedule through them, and takes all apart again. */

import type { Clock } from '../../server/clock.ts'
import type { CircuitOptions } from '../breaker/options.ts'
import { buildArm, type Arm as PolicyArm } from '../policy/arm.ts'
import { jitter } from '../policy/jitter.ts'
import type { ArmPlan } from '../policy/parse.ts'
import { type LoadClient, openClient } from './client.ts'
import { Recorder } from './recorder.ts'
import { type Played, play } from './run.ts'
import type { Schedule } from './schedule.ts'
import { begin, type Step } from './steps.ts'
import type { Target } from './target.ts'

/** Everything that decides what a run does. */
export interface Contest {
  readonly target: Target
  readonly arms: readonly ArmPlan[]
  /** The session of each arm; undefined for the one that all share, or where the target knows none. */
  readonly sessions: readonly (string | undefined)[]
  readonly schedule: Schedule
  readonly codes: readonly string[]
  readonly seed: string
  /** Milliseconds a call may take. */
  readonly timeoutMs: number
  readonly circuit: CircuitOptions
  readonly connections: number
  /** What is done to the upstream on the way. */
  readonly steps?: readonly Step[]
  readonly clock: Clock
  readonly wallMs: () => number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((share: number) => void) | undefined
}

/** What came out of it. */
export interface Held {
  readonly played: Played
  readonly recorders: readonly Recorder[]
}

interface Side {
  readonly recorder: Recorder
  readonly client: LoadClient
  readonly arm: PolicyArm
}

/**
 * Plays the contest to its end, or until its signal aborts.
 * @throws {ArmError} for an arm that cannot be built; never for what the upstream does.
 */
export async function hold(contest: Contest): Promise<Held> {
  const sides: Side[] = []
  try {
    for (const [index, plan] of contest.arms.entries())
      sides.push(await openSide(contest, plan, contest.sessions[index]))
    const arms = sides.map(({ arm, recorder }) => ({ send: arm.send, recorder }))
    const endSteps = begin(contest.steps ?? [], contest.clock)
    const played = await play({ ...contest, arms }).finally(endSteps)
    return { played, recorders: sides.map(side => side.recorder) }
  } finally {
    await Promise.all(sides.flatMap(({ arm, client }) => [arm.close(), client.close()]))
  }
}

async function openSide(contest: Contest, plan: ArmPlan, session: string | undefined): Promise<Side> {
  const { target, connections, clock, wallMs, seed, timeoutMs, circuit, schedule } = contest
  const recorder = new Recorder(plan.name, schedule.requests, clock)
  const keepsBodies = plan.words.has('cache')
  const client = openClient({ target, session, connections, keepsBodies, meter: recorder, wallMs })
  const arm = await buildArm(plan, {
    call: client.send,
    clock,
    random: jitter(seed),
    timeoutMs,
    circuit,
  })
  const state = arm.state()
  if (state !== null) recorder.enter(state, clock.now())
  arm.states((next, atMs) => recorder.enter(next, atMs))
  return { recorder, client, arm }
}
