/** An arm that is a function in place of an expression: somebody's own policy, or a circuit breaker from elsewhere. */

import type { Clock } from '../../server/lib/clock.ts'
import type { State } from '../breaker/circuit.ts'
import { type Act, engine } from '../policy/engine.ts'
import type { Outgoing, Send } from '../policy/send.ts'

/** What an arm is made of. */
export interface OwnArmParts {
  /** Calls the simulated upstream; ends after `load.timeoutMs` at the latest. */
  readonly call: Send
  /** Virtual time, in milliseconds from 0. Whatever waits in this arm must wait on it. */
  readonly clock: Clock
  /** A number of [0, 1) that belongs to a request and its attempt, the same in every arm. */
  readonly random: (request: Outgoing) => number
  /** To be called at each change of state of a circuit, for the `states` of the result. */
  readonly entered: (state: State) => void
}

/** A circuit breaker whose calls are promises. */
export interface PromiseBreaker {
  /**
   * Calls `act` once, or not at all. `act` resolves with an answer that is a success and rejects with any other; an
   * answer is no `Error`, but has `failure` (`status`, `timeout`, `reset` …) and `status`. Where `act` was not called
   * by the time that the returned promise settles, the request counts as refused.
   */
  run(act: Act): Promise<unknown>
}

/** Makes an arm: a `Send` that stands before `call`, or a breaker through which `call` is made. */
export type OwnArm = (parts: OwnArmParts) => Send | PromiseBreaker

/** An arm by its name in the result. */
export interface NamedArm {
  readonly name: string
  readonly build: OwnArm
}

/** What was made of it, and whether it keeps its promises only after each event. */
export function buildOwnArm(
  { name, build }: NamedArm,
  parts: Omit<OwnArmParts, 'entered'>,
  enter: (state: State, atMs: number) => void,
): { readonly send: Send; readonly promises: boolean } {
  const { call, clock } = parts
  let state: State | null = null
  const entered = (next: State) => {
    if (state === null && next !== 'closed') enter('closed', 0)
    state = next
    enter(next, clock.now())
  }
  const made = build({ ...parts, entered })
  if (typeof made === 'function') return { send: made, promises: false }
  const library = { run: (act: Act) => made.run(act), state: () => state ?? 'closed', close() {} }
  return { send: engine(name, clock, 0, () => library).policy(call), promises: true }
}
