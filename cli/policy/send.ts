/** The one interface of everything that stands between a request and the upstream: a policy wraps a Send and is one. */

import type { CircuitEvent, CircuitStore, State } from '../breaker/circuit.ts'

/** One request of a schedule on its way to the upstream. */
export interface Outgoing {
  /** Position in the schedule, from 0. */
  readonly index: number
  /** Which draw of the failure model this request meets (`X-Chaos-Key`); the same in every arm. */
  readonly key: string
  /** 0 for the first try, then 1, 2 … (`X-Chaos-Attempt`). */
  readonly attempt: number
  /** What is asked for: a product code, or a path for other targets. The cache policy keeps answers by it. */
  readonly code: string
}

/** What a request came to, as its caller sees it. */
export type Outcome = 'success' | 'failed' | 'shortCircuited' | 'fromCache'

/**
 * Why a request failed. `status` is an HTTP error; `parse` is no HTTP, or a body that is not what it says it is;
 * `local` is this machine, which had no connection left to give; `bulkhead` is no failure but the reason of a refusal that
 * no circuit made.
 */
export type Failure =
  | 'status'
  | 'redirect'
  | 'timeout'
  | 'reset'
  | 'refused'
  | 'dns'
  | 'parse'
  | 'truncated'
  | 'aborted'
  | 'local'
  | 'bulkhead'
  | 'other'

/** How a request ended. Failures are values: nothing is thrown on the way back. */
export interface Answer {
  readonly outcome: Outcome
  /** The HTTP status, 0 where no complete answer came. */
  readonly status: number
  /** Null unless `outcome` is `failed`, or a full bulkhead refused the request. */
  readonly failure: Failure | null
  /** How long the upstream, or the open circuit, asked to be left alone; 0 where it did not say. */
  readonly retryAfterMs: number
  /** The body, where somebody asked for it (`wantsBody`), else null. */
  readonly body: Uint8Array | null
  /** Age of an answer from the cache in milliseconds, else 0. */
  readonly ageMs: number
}

/** Gives a request up: `done` is then called at once with `failure: 'aborted'`, or not again if it already was. */
export type Cancel = () => void

/**
 * Sends a request and calls `done` exactly once, at once or later. Never throws.
 * Callbacks, not promises: at 80,000 requests a second each promise on the way is a tenth of the price.
 */
export type Send = (request: Outgoing, done: (answer: Answer) => void) => Cancel

/** For a request that is over already: there is nothing to give up. */
export const nothing: Cancel = () => {}

/** What stands between a request and the upstream. */
export type Policy = (next: Send) => Send

/** What can be seen of a circuit. */
export type Observed = Pick<CircuitStore, 'state' | 'listen' | 'close'>

/** The part of an arm that decides whether a call is made, and what can be seen of it. */
export interface CircuitPolicy {
  readonly policy: Policy
  readonly circuit: Observed
}

/** Calls `act` each time a circuit has come into a state, until the returned function is called. */
export function onState(
  circuit: Observed,
  act: (state: State, event: Extract<CircuitEvent, { type: 'state' }>) => void,
): () => void {
  return circuit.listen(event => {
    if (event.type === 'state') act(event.to, event)
  })
}
