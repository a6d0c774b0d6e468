/** The error of a call that was not made. */

import type { Refusal, State } from './circuit.ts'

/** Where intrinsics are frozen the limit cannot be set, and a refusal then pays for its stack. */
const limitable = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable === true

/**
 * The circuit refused the call. It carries no stack: a refusal is no bug to be traced, it comes in thousands, and the
 * trace would be three quarters of its price.
 */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError'
  readonly code = 'CIRCUIT_OPEN'
  readonly state: State
  /** Milliseconds until asking again can succeed; `Infinity` while the circuit is forced open. */
  readonly retryAfterMs: number

  constructor(refusal: Pick<Refusal, 'state' | 'retryAfterMs'>) {
    const limit = Error.stackTraceLimit
    if (limitable) Error.stackTraceLimit = 0
    super(sentence(refusal))
    if (limitable) Error.stackTraceLimit = limit
    this.state = refusal.state
    this.retryAfterMs = refusal.retryAfterMs
  }
}

function sentence({ state, retryAfterMs }: Pick<Refusal, 'state' | 'retryAfterMs'>): string {
  return retryAfterMs === Number.POSITIVE_INFINITY
    ? `the circuit is ${state}: no call was made`
    : `the circuit is ${state}: no call was made, ask again in ${retryAfterMs} ms`
}
