/** The words of the circuit breaker: states, permits, refusals, verdicts, events, and the store that keeps a circuit. */

/** `forced-open` and `disabled` are set by hand; the circuit moves between the other three by itself. */
export type State = (typeof STATES)[number]

/** Every state. */
export const STATES = ['closed', 'open', 'half-open', 'forced-open', 'disabled'] as const

/** What became of a call, in the circuit's eyes. `ignore` touches no counter and gives a probe its slot back. */
export type Verdict = 'ok' | 'fail' | 'ignore'

/** Leave to make one call. Hand it back, once, with a verdict. */
export interface Permit {
  readonly admitted: true
  /** The circuit's generation when the permit was given; every change of state begins a new one. */
  readonly generation: number
  /** The lease of a probe of the half-open state, 0 for an ordinary call. */
  readonly probe: number
  /** Set by the store at the first settlement, so that a second one changes nothing. */
  settled?: boolean
}

/** The answer to a call that must not be made. */
export interface Refusal {
  readonly admitted: false
  readonly state: State
  /** Milliseconds until asking again can succeed; `Infinity` while the circuit is forced open. */
  readonly retryAfterMs: number
}

export type Admission = Permit | Refusal

/** Whether a call would be admitted now, without asking leave for one. */
export interface Availability {
  readonly admitted: boolean
  readonly state: State
  /** Milliseconds until asking can succeed: 0 where a call would be admitted, `Infinity` while the circuit is forced open. */
  readonly retryAfterMs: number
}

/** What a hand may set: held open, out of the way, or (`closed`) back to work with a clean slate. */
export type Override = 'forced-open' | 'disabled' | 'closed'

/** What is known of a finished call beside its verdict. */
export interface Details {
  /** How long the call took, in milliseconds; the slow-call rule reads it. */
  readonly durationMs?: number | undefined
  /** How long the upstream asked to be left alone (`Retry-After`), in milliseconds. */
  readonly retryAfterMs?: number | undefined
}

/** What a circuit tells its listeners. `atMs` is the monotonic time of the circuit's clock. */
export type CircuitEvent =
  | {
      readonly type: 'state'
      readonly atMs: number
      readonly from: State
      readonly to: State
      readonly generation: number
      readonly why: string
    }
  | { readonly type: 'refused'; readonly atMs: number; readonly state: State; readonly retryAfterMs: number }
  | { readonly type: 'late'; readonly atMs: number; readonly verdict: Verdict; readonly generation: number }
  | {
      readonly type: 'probe'
      readonly atMs: number
      readonly probe: number
      readonly outcome: Verdict | 'started' | 'overdue'
    }
  | { readonly type: 'store-degraded'; readonly atMs: number; readonly why: string }
  | { readonly type: 'store-recovered'; readonly atMs: number }

/**
 * Where a circuit lives: in this process (answers at once), or shared (answers with a promise).
 * A store never throws or rejects for reasons of its own: it falls back, and says so in an event.
 */
export interface CircuitStore {
  acquire(): Admission | Promise<Admission>
  settle(permit: Permit, verdict: Verdict, details?: Details): void | Promise<void>
  /** The state as this process last saw it. */
  state(): State
  /** Whether a call would be admitted now, as far as this process knows; where it is missing, the store cannot tell. */
  canCall?(): Availability
  /** Calls `listener` at each event until the returned function is called. */
  listen(listener: (event: CircuitEvent) => void): () => void
  /** Takes the circuit by hand; where it is missing, the store cannot be overridden. */
  override?(state: Override): void | Promise<void>
  close(): void | Promise<void>
}
