/** A circuit that lives in this process and answers at once. */

import { systemClock } from '../../server/lib/clock.ts'
import type {
  Admission,
  Availability,
  CircuitEvent,
  CircuitStore,
  Details,
  Override,
  Permit,
  State,
  Verdict,
} from './circuit.ts'
import { CircuitCore } from './core.ts'
import { Emitter } from './emitter.ts'
import { systemRandom } from './open-time.ts'
import { type CircuitSettings, circuitSettings } from './options.ts'
import { type CircuitSnapshot, checkSnapshot } from './snapshot.ts'

/** What a store in this process is made of; everything has a default. */
export interface MemoryStoreParts {
  readonly settings?: CircuitSettings | undefined
  /** Monotonic milliseconds. */
  readonly clock?: { now(): number } | undefined
  /** A number from 0 to below 1, for jitter. */
  readonly random?: (() => number) | undefined
  /** Hears what a listener threw; by default it becomes an uncaught exception. */
  readonly onListenerError?: ((error: unknown, event: CircuitEvent) => void) | undefined
}

/** Stands for a reading of the clock that nobody would look at; reading it costs a third of a whole call. */
const UNREAD = Number.NaN

/** The circuit of one process: the core, a clock and listeners. */
export class MemoryStore implements CircuitStore {
  readonly #core: CircuitCore
  readonly #clock: { now(): number }
  readonly #emitter: Emitter

  constructor(parts: MemoryStoreParts = {}) {
    this.#clock = parts.clock ?? systemClock
    this.#emitter = new Emitter(parts.onListenerError)
    this.#core = new CircuitCore(parts.settings ?? circuitSettings(), this.#clock.now(), parts.random ?? systemRandom)
  }

  acquire(): Admission {
    const admission = this.#core.acquire(this.#core.state === 'closed' ? UNREAD : this.#clock.now())
    if (this.#emitter.pending > 0) this.#emitter.deliver()
    return admission
  }

  settle(permit: Permit, verdict: Verdict, details?: Details): void {
    const core = this.#core
    const blind = verdict === 'ok' && details === undefined && core.timeless && permit.generation === core.generation
    core.settle(permit, verdict, blind ? UNREAD : this.#clock.now(), details)
    if (this.#emitter.pending > 0) this.#emitter.deliver()
  }

  state(): State {
    return this.#core.state
  }

  canCall(): Availability {
    const answer = this.#core.canCall(this.#clock.now())
    this.#emitter.deliver()
    return answer
  }

  /** The circuit as plain data. */
  snapshot(): CircuitSnapshot {
    const snapshot = this.#core.snapshot(this.#clock.now())
    this.#emitter.deliver()
    return snapshot
  }

  /**
   * Goes on where a snapshot stopped, as if no time had passed since.
   * @throws {TypeError} naming what is wrong with a snapshot that is none.
   */
  restore(snapshot: CircuitSnapshot): void {
    this.#core.restore(checkSnapshot(snapshot), this.#clock.now())
    this.#emitter.deliver()
  }

  override(state: Override): void {
    this.#core.override(state, this.#clock.now())
    this.#emitter.deliver()
  }

  listen(listener: (event: CircuitEvent) => void): () => void {
    const stop = this.#emitter.listen(listener)
    this.#core.tell = this.#emitter.queue
    return () => {
      stop()
      if (!this.#emitter.hasListeners) this.#core.tell = null
    }
  }

  close(): void {}
}
