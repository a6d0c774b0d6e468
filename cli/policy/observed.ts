/** A circuit as the policies around it see it, whoever built it: its state, its events, and its end. */

import type { CircuitEvent, CircuitStore, State } from '../breaker/circuit.ts'
import type { Policy } from './send.ts'

/** What can be seen of a circuit. */
export type Observed = Pick<CircuitStore, 'state' | 'listen' | 'close'>

/** The part of an arm that decides whether a call is made, and what can be seen of it. */
export interface CircuitPolicy {
  readonly policy: Policy
  readonly circuit: Observed
}

/** A policy that holds something (timers, listeners) until it is closed. */
export interface ClosablePolicy extends Policy {
  close(): void
}

/** Calls `act` each time a circuit has come into a state, until the returned function is called. */
export function onState(circuit: Observed, act: (state: State, event: StateEvent) => void): () => void {
  return circuit.listen(event => {
    if (event.type === 'state') act(event.to, event)
  })
}

export type StateEvent = Extract<CircuitEvent, { type: 'state' }>
