/** The breaker that people use: makes calls through a circuit, judges what came of them and tells listeners. */

import { systemClock } from '../../server/lib/clock.ts'
import type {
  Admission,
  Availability,
  CircuitEvent,
  CircuitStore,
  Override,
  Permit,
  Refusal,
  State,
  Verdict,
} from './circuit.ts'
import { callListener, reportError, rethrowLater } from './emitter.ts'
import { CircuitOpenError } from './errors.ts'
import { abortVerdict, errorVerdict, retryAfterOf, valueVerdict } from './http-outcome.ts'
import { MemoryStore } from './memory-store.ts'
import { type CircuitOptions, CircuitOptionsError, circuitSettings } from './options.ts'
import type { CircuitSnapshot } from './snapshot.ts'

/** A breaker's options: the circuit's own, and what the breaker is made of. */
export interface BreakerOptions extends CircuitOptions {
  /** Where the circuit lives when it is shared; such a store brings the options of its circuit, which are then refused here. */
  readonly store?: CircuitStore | undefined
  /** Judges what a call returned; by default answers with `status` and `headers` go by their status. */
  readonly valueVerdict?: ((value: unknown) => Verdict) | undefined
  /** Judges what a call threw; by default aborts are ignored and everything else fails. */
  readonly errorVerdict?: ((error: unknown) => Verdict) | undefined
  /** Hears what a listener or a judge threw; by default it becomes an uncaught exception. Calls go on either way. */
  readonly onListenerError?: ((error: unknown) => void) | undefined
  /** Monotonic milliseconds. */
  readonly clock?: { now(): number } | undefined
  /** A number from 0 to below 1, for jitter. */
  readonly random?: (() => number) | undefined
}

/** A call that a breaker makes; it should give up when `signal` says so. */
export type Call<T> = (signal: AbortSignal | undefined) => T | PromiseLike<T>

/** How one call is made. */
export interface RunOptions {
  /** Gives the call up: `run` rejects at once with its reason, and the circuit looks away, unless the reason is a timeout. */
  readonly signal?: AbortSignal | null | undefined
}

/** The events of one kind. */
export type EventOf<Type extends CircuitEvent['type']> = Extract<CircuitEvent, { type: Type }>

/**
 * Calls an upstream until it fails too often, then refuses for a while, then lets a few probes decide.
 *
 * ```ts
 * const breaker = new CircuitBreaker({ failurePercentage: 50, openForMs: 1_000 })
 * const answer = await breaker.run(signal => fetch(url, { signal }), { signal: AbortSignal.timeout(500) })
 * ```
 */
export class CircuitBreaker {
  readonly #store: CircuitStore
  readonly #memory: MemoryStore | null
  /** Null where nobody asks how long a call took. */
  readonly #stopwatch: { now(): number } | null
  readonly #valueVerdict: ((value: unknown) => Verdict) | undefined
  readonly #errorVerdict: ((error: unknown) => Verdict) | undefined
  readonly #onError: (error: unknown) => void

  /** @throws {CircuitOptionsError} naming every bad value with its range. */
  constructor(options: BreakerOptions = {}) {
    const { store, clock = systemClock, random, onListenerError, ...rest } = options
    const { valueVerdict: ownValue, errorVerdict: ownError, ...circuit } = rest
    const settings = circuitSettings(circuit)
    const given = Object.entries(circuit).flatMap(([name, value]) => (value === undefined ? [] : [name]))
    if (store && given.length > 0)
      throw new CircuitOptionsError([`${given.join(', ')} beside a store: the store brings the options of its circuit`])
    this.#memory = store ? null : new MemoryStore({ settings, clock, random, onListenerError })
    this.#store = store ?? (this.#memory as MemoryStore)
    this.#stopwatch = store || settings.slowCallPercentage !== null ? clock : null
    this.#valueVerdict = ownValue
    this.#errorVerdict = ownError
    this.#onError = onListenerError ?? rethrowLater
  }

  /**
   * Makes one call, or refuses it. Rejects with `CircuitOpenError` where no call was made, with the signal's reason where it
   * was given up, and otherwise comes to whatever the call comes to. Never throws before it returns.
   */
  run<T>(call: Call<T>, options?: RunOptions): Promise<T> {
    try {
      if (typeof call !== 'function') throw new TypeError('run wants a function that makes the call')
      const signal = options?.signal ?? undefined
      if (signal !== undefined && !isSignal(signal)) throw new TypeError('run wants an AbortSignal as its signal')
      if (signal?.aborted) return Promise.reject(signal.reason)
      const admission = this.#store.acquire()
      if (!('then' in admission)) return this.#enter(admission, call, signal)
      if (signal === undefined) return admission.then(answer => this.#enter(answer, call, undefined))
      return this.#enterUntil(admission, call, signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The same call behind this breaker: `const get = breaker.wrap(fetchProduct)`. */
  wrap<Args extends unknown[], T>(call: (...args: Args) => T | PromiseLike<T>): (...args: Args) => Promise<T> {
    const breaker = this
    return function (this: unknown, ...args) {
      return breaker.run(() => call.apply(this, args))
    }
  }

  /**
   * Whether a call would be admitted now, and if not, when: for routers that choose between upstreams. Nothing is taken: the
   * answer may be another by the time that the call is made. A shared circuit is as this process last saw it.
   */
  canCall(): Availability {
    if (this.#store.canCall === undefined)
      throw new TypeError('this store cannot tell whether a call would be admitted')
    return this.#store.canCall()
  }

  /** The state as this process last saw it. An open circuit stays `open` until a call asks after its time is over. */
  get state(): State {
    return this.#store.state()
  }

  /** Calls `listener` at each event of one kind until the returned function is called. */
  on<Type extends CircuitEvent['type']>(type: Type, listener: (event: EventOf<Type>) => void): () => void {
    return this.listen(event => {
      if (event.type === type) return listener(event as EventOf<Type>)
    })
  }

  /** Calls `listener` at each event of every kind until the returned function is called. */
  listen(listener: (event: CircuitEvent) => void): () => void {
    return this.#store.listen(event => callListener(listener, event, this.#onError))
  }

  /** Refuses every call until `reset` or `disable`. */
  forceOpen(): void | Promise<void> {
    return this.#override('forced-open')
  }

  /** Lets every call through and counts none, until `reset` or `forceOpen`. */
  disable(): void | Promise<void> {
    return this.#override('disabled')
  }

  /** Closes the circuit and forgets what it has seen. */
  reset(): void | Promise<void> {
    return this.#override('closed')
  }

  /** The circuit as plain data that survives JSON. Only a circuit of this process can be taken along. */
  snapshot(): CircuitSnapshot {
    return this.#own().snapshot()
  }

  /**
   * Goes on where a snapshot stopped, as if no time had passed since.
   * @throws {TypeError} naming what is wrong with a snapshot that is none.
   */
  restore(snapshot: CircuitSnapshot): void {
    this.#own().restore(snapshot)
  }

  close(): void | Promise<void> {
    return this.#store.close()
  }

  /** Waits for a store that takes its time no longer than the signal says. */
  #enterUntil<T>(admission: Promise<Admission>, call: Call<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = onAbort(signal, () => reject(signal.reason))
      admission.then(answer => {
        stop()
        if (!signal.aborted) resolve(this.#enter(answer, call, signal))
        else if (answer.admitted) this.#store.settle(answer, 'ignore')
      }, reject)
    })
  }

  #enter<T>(admission: Admission, call: Call<T>, signal: AbortSignal | undefined): Promise<T> {
    if (!admission.admitted) return refuse(admission)
    if (signal?.aborted) {
      this.#store.settle(admission, 'ignore')
      return Promise.reject(signal.reason)
    }
    const startedAt = this.#stopwatch === null ? 0 : this.#stopwatch.now()
    const pending = signal === undefined ? make(call, undefined) : makeUntil(call, signal)
    return pending.then(
      value => {
        this.#settle(admission, this.#judgeValue(value), value, startedAt)
        return value
      },
      (error): PromiseLike<never> => {
        const aborted = signal?.aborted ? abortVerdict(signal.reason) : null
        this.#settle(admission, aborted ?? this.#judgeError(error), error, startedAt)
        return new Rejection(error)
      },
    )
  }

  #settle(permit: Permit, verdict: Verdict, outcome: unknown, startedAt: number): void {
    if (verdict !== 'fail' && this.#stopwatch === null) {
      this.#store.settle(permit, verdict)
    } else {
      const durationMs = this.#stopwatch === null ? undefined : this.#stopwatch.now() - startedAt
      const retryAfterMs = verdict === 'fail' ? retryAfterOf(outcome) : undefined
      this.#store.settle(permit, verdict, { durationMs, retryAfterMs })
    }
  }

  /** A judge that throws is reported, and what the call returned counts as a success. */
  #judgeValue(value: unknown): Verdict {
    return this.#valueVerdict === undefined
      ? valueVerdict(value)
      : (this.#ask('valueVerdict', this.#valueVerdict, value, 'ok') ?? valueVerdict(value))
  }

  /** A judge that throws is reported, and what the call threw counts as a failure. */
  #judgeError(thrown: unknown): Verdict {
    return this.#errorVerdict === undefined
      ? errorVerdict(thrown)
      : (this.#ask('errorVerdict', this.#errorVerdict, thrown, 'fail') ?? errorVerdict(thrown))
  }

  /** What a judge says, `onThrow` where it throws, and null where it says none of the three words; both are reported. */
  #ask(name: string, judge: (outcome: unknown) => unknown, outcome: unknown, onThrow: Verdict): Verdict | null {
    try {
      const said = judge(outcome)
      if (said === 'ok' || said === 'fail' || said === 'ignore') return said
      if (typeof said === 'object' && said !== null) Promise.resolve(said).catch(nothing)
      reportError(
        this.#onError,
        new TypeError(`${name} returned ${show(said)}: it must return ok, fail or ignore, at once`),
      )
      return null
    } catch (error) {
      reportError(this.#onError, error)
      return onThrow
    }
  }

  #override(state: Override): void | Promise<void> {
    if (this.#store.override === undefined) throw new TypeError(`this store cannot be set to ${state} by hand`)
    return this.#store.override(state)
  }

  #own(): MemoryStore {
    if (this.#memory === null) throw new TypeError('the circuit lives in a shared store: take its snapshot there')
    return this.#memory
  }
}

/** Rejects the promise of a call without a throw, for which V8 would look up where it happened: half the price of a failed call. */
class Rejection implements PromiseLike<never> {
  readonly #reason: unknown

  constructor(reason: unknown) {
    this.#reason = reason
  }

  // biome-ignore lint/suspicious/noThenProperty: only the promise that it is returned to ever sees it
  then<A = never, B = never>(
    _: unknown,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    reject?.(this.#reason)
    return this
  }
}

const NOW = Promise.resolve()

/**
 * Rejects a microtask later, without throwing: half the price. By then the caller has taken the promise up, and Node need not
 * be told of a rejection that nobody handles yet; a throw would have V8 look up where it happened.
 */
function refuse(refusal: Refusal): Promise<never> {
  return new Promise((_, reject) => {
    NOW.then(() => reject(new CircuitOpenError(refusal)))
  })
}

/** Makes the call; whatever it returns or throws comes back as a promise. */
function make<T>(call: Call<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return Promise.resolve(call(signal))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Makes the call, and stops waiting for it when the signal says so, whether the call obeys or not. */
function makeUntil<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = onAbort(signal, () => reject(signal.reason))
    make(call, signal).then(resolve, reject).finally(stop)
  })
}

/** What is to be done when a signal fires: many calls may share one, and it should have one listener of ours. */
const aborts = new WeakMap<AbortSignal, Set<() => void>>()

/** Calls `act` when the signal fires, unless the returned function is called before. */
function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = aborts.get(signal) ?? new Set()
  if (acts.size === 0) {
    aborts.set(signal, acts)
    signal.addEventListener('abort', fire)
  }
  acts.add(act)
  return () => {
    if (acts.delete(act) && acts.size === 0) signal.removeEventListener('abort', fire)
  }
}

function fire(this: AbortSignal): void {
  for (const act of aborts.get(this) ?? []) act()
}

function isSignal(value: object): value is AbortSignal {
  const { aborted, addEventListener, removeEventListener } = value as Partial<AbortSignal>
  return (
    typeof aborted === 'boolean' &&
    [addEventListener, removeEventListener].every(member => typeof member === 'function')
  )
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null ? ('then' in value ? 'a promise' : 'an object') : String(value)
}

function nothing(): void {}
