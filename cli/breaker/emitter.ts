/** Hands events to listeners one after the other, whatever a listener does meanwhile. */

import type { CircuitEvent } from './circuit.ts'

type Listener = (event: CircuitEvent) => void

/**
 * Events queue first and are delivered once the circuit has finished its step. A listener that calls the circuit again
 * finds it whole, and every listener hears the events in the order in which they happened.
 */
export class Emitter {
  readonly #listeners = new Set<Listener>()
  readonly #queue: CircuitEvent[] = []
  readonly #onError: (error: unknown, event: CircuitEvent) => void
  #delivering = false

  /** `onError` hears what a listener throws; the other listeners and the call go on. */
  constructor(onError: (error: unknown, event: CircuitEvent) => void = rethrowLater) {
    this.#onError = onError
  }

  /** Whether anybody listens. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0
  }

  /** How many events wait. */
  get pending(): number {
    return this.#queue.length
  }

  /** Queues an event without delivering it. */
  readonly queue = (event: CircuitEvent): void => {
    this.#queue.push(event)
  }

  listen(listener: Listener): () => void {
    const own: Listener = event => listener(event)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  /** Delivers what waits, and what is queued meanwhile. */
  deliver(): void {
    if (this.#delivering) return
    this.#delivering = true
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      for (const listener of [...this.#listeners]) callListener(listener, event, this.#onError)
    }
    this.#delivering = false
  }
}

/** Calls a listener; what it throws, or rejects with later, goes to `onError` and nowhere else. */
export function callListener(
  listener: Listener,
  event: CircuitEvent,
  onError: (error: unknown, event: CircuitEvent) => void,
): void {
  try {
    const returned: unknown = listener(event)
    if (typeof returned === 'object' && returned !== null)
      Promise.resolve(returned).catch(error => reportError(onError, error, event))
  } catch (error) {
    reportError(onError, error, event)
  }
}

/** Hands an error on; what its receiver throws becomes an uncaught exception. */
export function reportError<Rest extends unknown[]>(
  onError: (error: unknown, ...rest: Rest) => void,
  error: unknown,
  ...rest: Rest
): void {
  try {
    onError(error, ...rest)
  } catch (worse) {
    rethrowLater(worse)
  }
}

/** The error becomes an uncaught exception of its own, as with listeners of Node's EventTarget. */
export function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
