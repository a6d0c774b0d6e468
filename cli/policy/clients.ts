/** The circuits of many clients: each has one of its own, made when it first calls, and nothing that listens to it. */

import type { Clock } from '../../server/lib/clock.ts'
import type { Admission, CircuitStore, Details, Permit, Verdict } from '../breaker/circuit.ts'
import { CircuitCore } from '../breaker/core.ts'
import type { CircuitSettings } from '../breaker/options.ts'
import type { Outgoing } from './send.ts'

/** What a call needs of a circuit. */
export type CallCircuit = Pick<CircuitStore, 'acquire' | 'settle'>

class ClientCircuit implements CallCircuit {
  readonly #core: CircuitCore
  readonly #clock: Clock

  constructor(core: CircuitCore, clock: Clock) {
    this.#core = core
    this.#clock = clock
  }

  acquire(): Admission {
    return this.#core.acquire(this.#clock.now())
  }

  settle(permit: Permit, verdict: Verdict, details?: Details): void {
    this.#core.settle(permit, verdict, this.#clock.now(), details)
  }
}

/**
 * The circuit of the client that a request belongs to: request k is of client k modulo their number.
 * @param chance a number of [0, 1), drawn anew for each opening of any of them
 */
export function circuitsOf(
  clients: number,
  settings: CircuitSettings,
  clock: Clock,
  chance: () => number,
): (request: Pick<Outgoing, 'index'>) => CallCircuit {
  const circuits: ClientCircuit[] = []
  return ({ index }) => {
    const client = index % clients
    const known = circuits[client]
    if (known) return known
    const made = new ClientCircuit(new CircuitCore(settings, clock.now(), chance), clock)
    circuits[client] = made
    return made
  }
}
