/** The shared circuit as this process last saw it, and how this process goes on from there alone. */

import type { Availability, State } from '../circuit.ts'
import type { CircuitSnapshot } from '../snapshot.ts'

export class LastSeen {
  state: State = 'closed'
  generation = 0
  /** Until when it is open, or said that it has no slot for a probe, by this process's clock. */
  #openUntil = 0

  /** Takes note of a state; `openForMs` is a guess at how long an opening lasts that nobody was refused by yet. */
  update(state: State, generation: number, now: number, openForMs: number): void {
    if (generation !== this.generation) this.#openUntil = now + (state === 'open' ? openForMs : 0)
    this.state = state
    this.generation = generation
  }

  /** A refusal says exactly when asking again can succeed. */
  refused(now: number, retryAfterMs: number): void {
    this.#openUntil = now + retryAfterMs
  }

  /** Whether a call would be admitted now, as far as is known. */
  canCall(now: number): Availability {
    const { state } = this
    const waiting = state === 'open' || state === 'half-open' ? Math.max(0, Math.ceil(this.#openUntil - now)) : 0
    const retryAfterMs = state === 'forced-open' ? Number.POSITIVE_INFINITY : waiting
    return { admitted: retryAfterMs === 0, state, retryAfterMs }
  }

  /** The same state for this process's own circuit, with nothing in its window; half-open it begins with probes of its own. */
  carryOver(generation: number, now: number): CircuitSnapshot {
    return {
      version: 1,
      state: this.state === 'half-open' ? 'open' : this.state,
      generation,
      openLeftMs: this.state === 'open' ? Math.max(0, this.#openUntil - now) : 0,
      closedForMs: 0,
      restLeftMs: 0,
      level: 0,
      streak: 0,
      window: { kind: 'calls', marks: [] },
      probes: { last: 0, counted: 0, failed: 0, slow: 0, leases: [] },
    }
  }
}
