/** What the scripts of a shared circuit take and answer, as values of this program. */

import { type CircuitEvent, type Override, STATES, type State } from '../circuit.ts'
import type { CircuitSettings } from '../options.ts'

/** What one step of the shared circuit came to. */
export interface Reply {
  readonly what: 'admitted' | 'refused' | 'settled' | 'late' | 'checked'
  /** The state after the step. */
  readonly state: State
  readonly generation: number
  /** Why the circuit came into its state. */
  readonly why: string
  /** The lease of the probe that was admitted or settled, else 0. */
  readonly probe: number
  readonly retryAfterMs: number
  /** What holds all circuits of the name: an override, or '' where there was none for a day. */
  readonly hold: Override | ''
  /** The changes of state and overdue probes that this step found, in order. */
  readonly events: readonly Step[]
}

export type Step =
  | {
      readonly type: 'state'
      readonly from: State
      readonly to: State
      readonly generation: number
      readonly why: string
    }
  | { readonly type: 'overdue'; readonly probe: number }

const WHATS: readonly string[] = [
  'admitted',
  'refused',
  'settled',
  'late',
  'checked',
] satisfies readonly Reply['what'][]

const HOLDS: readonly string[] = ['', 'forced-open', 'disabled', 'closed'] satisfies readonly Reply['hold'][]

/** How long a circuit without traffic is kept, at the least, in milliseconds. */
const KEEP_MS = 600_000
/** How long it is remembered that a circuit was put back to work by hand, in milliseconds. */
export const KEEP_RESET_MS = 86_400_000

/** The settings as the scripts take them: rules that are off are left out. */
export function settingsText(settings: CircuitSettings): string {
  const { windowMs, stableForMs, probeLeaseMs } = settings
  const keepMs = Math.max(KEEP_MS, 2 * windowMs, 2 * stableForMs, 2 * probeLeaseMs)
  const given = Object.entries(settings).filter(([, value]) => value !== null)
  return JSON.stringify({ ...Object.fromEntries(given), keepMs, keepResetMs: KEEP_RESET_MS })
}

/** Reads what a script answered. @throws {TypeError} for anything else. */
export function readReply(raw: unknown): Reply {
  if (!Array.isArray(raw) || raw.length !== 8)
    throw new TypeError('the circuit in Redis gave no answer that makes sense')
  const [what, state, generation, why, probe, retryAfterMs, events, hold] = raw as unknown[]
  const wait = Number(retryAfterMs)
  return {
    what: word<Reply['what']>(what, WHATS),
    state: word<State>(state, STATES),
    generation: Number(generation),
    why: String(why),
    probe: Number(probe),
    retryAfterMs: wait < 0 ? Number.POSITIVE_INFINITY : wait,
    events: Array.isArray(events) ? events.map(readStep) : [],
    hold: word<Reply['hold']>(hold, HOLDS),
  }
}

function readStep(raw: unknown): Step {
  const [type, ...rest] = Array.isArray(raw) ? (raw as unknown[]) : []
  if (type === 'overdue') return { type, probe: Number(rest[0]) }
  const [from, to, generation, why] = rest
  return {
    type: 'state',
    from: word<State>(from, STATES),
    to: word<State>(to, STATES),
    generation: Number(generation),
    why: String(why),
  }
}

function word<T extends string>(value: unknown, known: readonly string[]): T {
  if (typeof value === 'string' && known.includes(value)) return value as T
  throw new TypeError(`the circuit in Redis answered ${JSON.stringify(value)}, not one of ${known.join(', ')}`)
}

/** A step as listeners hear of it. */
export function stepEvent(step: Step, atMs: number): CircuitEvent {
  if (step.type === 'overdue') return { type: 'probe', atMs, probe: step.probe, outcome: 'overdue' }
  return { ...step, atMs }
}
