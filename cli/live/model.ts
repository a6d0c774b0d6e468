/** Everything that the screen of `chaos live` shows, as one value. */

import { type Counts, noCounts } from '../../server/runs/counters.ts'
import type { State } from '../breaker/circuit.ts'

/** The arm that is watched, and the same requests without any protection beside it. */
export type ArmId = 'main' | 'baseline'

/** What happened in one column of the charts. */
export interface Slot {
  /** Its number since time 0: it covers `SLOT_MS` from `index * SLOT_MS`. */
  readonly index: number
  readonly main: Readonly<Counts>
  readonly baseline: Readonly<Counts>
  /** The most telling state of the circuit in this time: half-open before open before closed. */
  readonly state: State
  /** Percent; null where it was not known. */
  readonly failRate: number | null
  readonly outage: boolean
}

export interface LogEntry {
  /** When its last change came. */
  readonly at: number
  readonly who: string
  readonly text: string
  /** The rate before the first of the changes of the rate that it stands for; null for what is no change of rate. */
  readonly rateFrom: number | null
  /** How often the circuit opened in the changes of the circuit that it stands for. */
  readonly opened: number
}

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  | { readonly state: 'disconnected'; readonly why: string; readonly retryAt: number }

export interface Model {
  /** The time of the last event in milliseconds, on the clock of the caller. */
  readonly now: number
  /** What to add to such a time for milliseconds since 1970 as the wall clock of this place shows them. */
  readonly wallOffsetMs: number
  readonly target: string
  /** The session that this console controls: `default` is the one that everybody shares. */
  readonly session: string
  readonly connection: Connection
  /** Percent, as the server has it; null before it said so. */
  readonly failRate: number | null
  /** Percent that was asked for here and is not confirmed yet. */
  readonly asked: number | null
  /** Who set the rate last. */
  readonly rateSource: string
  /** Null while the upstream is up; `until` is null where its end is not known. */
  readonly outage: { readonly until: number | null } | null
  /** What else makes requests fail or slow, in a few words; empty without. */
  readonly conditions: string
  readonly load: { readonly batch: number; readonly everyMs: number; readonly automatic: boolean }
  /** The expression of the main arm, and the rule of its circuit in words. */
  readonly arm: { readonly name: string; readonly rule: string; readonly caches: boolean }
  readonly breaker: {
    readonly on: boolean
    readonly state: State
    /** When it was closed last, or when it last ceased to be closed. */
    readonly since: number
    /** When it was last half-open, which is often too short to be seen. */
    readonly halfOpenAt: number | null
    /** When the next probe may start; null while it is not open. */
    readonly retryAt: number | null
  }
  readonly baselineOn: boolean
  readonly totals: Readonly<Record<ArmId, Readonly<Counts>>>
  readonly slots: readonly Slot[]
  readonly log: readonly LogEntry[]
  readonly help: boolean
  /** A sentence above the keys, until its time is over. */
  readonly notice: { readonly text: string; readonly until: number } | null
}

/** The time that one column of the charts stands for, in milliseconds. */
export const SLOT_MS = 500

/** How long a half-open circuit stays lit at least, in milliseconds: long enough to be read. */
export const HALF_OPEN_SHOWN_MS = 600

/** What a console needs to know before the server has said anything. */
export type Start = Pick<Model, 'now' | 'wallOffsetMs' | 'target' | 'session' | 'load' | 'arm' | 'baselineOn'>

/** The model before the first event. */
export function begin(start: Start): Model {
  return {
    ...start,
    connection: { state: 'connecting' },
    failRate: null,
    asked: null,
    rateSource: '',
    outage: null,
    conditions: '',
    breaker: { on: true, state: 'closed', since: start.now, halfOpenAt: null, retryAt: null },
    totals: { main: noCounts(), baseline: noCounts() },
    slots: [],
    log: [],
    help: false,
    notice: null,
  }
}

/** The state that is shown: half-open is held for `HALF_OPEN_SHOWN_MS`, a switched-off breaker is `disabled`. */
export function shownState({ breaker, now }: Model): State {
  if (!breaker.on) return 'disabled'
  return breaker.halfOpenAt !== null && now - breaker.halfOpenAt < HALF_OPEN_SHOWN_MS ? 'half-open' : breaker.state
}

/** The rate that the screen shows: what was just asked for, else what the server has. */
export function shownRate(model: Model): number | null {
  return model.asked ?? model.failRate
}
