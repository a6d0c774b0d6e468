/** What each event makes of the model: pure, so that a whole session is a list of events. */

import { addCounts, type Counts, noCounts } from '../../server/runs/counters.ts'
import type { State } from '../breaker/circuit.ts'
import { type ArmId, begin, type LogEntry, type Model, SLOT_MS, type Slot } from './model.ts'

/** What the server said of the session that is controlled. Members that are left out are as they were. */
export interface StateUpdate {
  readonly failRate?: number
  readonly rateSource?: string
  readonly outage?: { readonly forMs: number | null } | null
  readonly conditions?: string
}

export type LiveEvent =
  /** Time went by. */
  | { readonly type: 'tick' }
  | ({ readonly type: 'connected' } & StateUpdate)
  | { readonly type: 'disconnected'; readonly why: string; readonly retryInMs: number }
  /** Something changed at the server: `who` did it, `what` says it where the rate and the outage do not. */
  | ({ readonly type: 'changed'; readonly who: string; readonly what?: string } & StateUpdate)
  /** Whether the upstream is out at this moment, as the server says again and again. */
  | { readonly type: 'sampled'; readonly outage: boolean }
  /** A key asked for a rate, in percent. */
  | { readonly type: 'asked'; readonly failRate: number }
  /** What was asked for did not happen. */
  | { readonly type: 'refused'; readonly why: string }
  | { readonly type: 'answers'; readonly arm: ArmId; readonly counts: Counts }
  | { readonly type: 'circuit'; readonly state: State; readonly why: string }
  /** An open circuit lets the next probe pass after `retryInMs`. */
  | { readonly type: 'waits'; readonly retryInMs: number }
  | { readonly type: 'switched'; readonly what: Switch; readonly on: boolean }
  /** The console starts again: counts, charts and circuit. */
  | { readonly type: 'cleared'; readonly who: string }
  | { readonly type: 'notice'; readonly text: string; readonly forMs: number }

export type Switch = 'automatic' | 'breaker' | 'baseline' | 'help'

/** As many columns as the widest screens have; older ones are forgotten. */
const MAX_SLOTS = 400
const RANK: Readonly<Record<State, number>> = { disabled: 0, closed: 1, open: 2, 'forced-open': 2, 'half-open': 3 }

/** The model after `event` at `now` (milliseconds, never less than before). */
export function reduce(before: Model, event: LiveEvent, now: number): Model {
  const model = advance(before, now)
  switch (event.type) {
    case 'tick':
      return model
    case 'connected':
      return connected(model, event)
    case 'disconnected':
      return disconnected(model, event.why, event.retryInMs)
    case 'changed':
      return changed(model, event)
    case 'sampled':
      if (event.outage === (model.outage !== null)) return model
      return changed(model, { who: 'server', outage: event.outage ? { forMs: null } : null })
    case 'asked':
      return { ...model, asked: event.failRate === model.failRate ? null : event.failRate }
    case 'refused':
      return notice({ ...model, asked: null }, event.why, 6_000)
    case 'answers':
      return answered(model, event.arm, event.counts)
    case 'circuit':
      return circuit(model, event)
    case 'waits':
      return { ...model, breaker: { ...model.breaker, retryAt: now + event.retryInMs } }
    case 'switched':
      return switched(model, event.what, event.on)
    case 'cleared':
      return cleared(model, event.who)
    case 'notice':
      return notice(model, event.text, event.forMs)
  }
}

function added(counts: Readonly<Counts>, more: Readonly<Counts>): Counts {
  const sum = { ...counts }
  addCounts(sum, more)
  return sum
}

/** Opens the columns up to `now`, and puts away a notice whose time is over. */
function advance(before: Model, now: number): Model {
  const stale = before.notice !== null && before.notice.until <= now
  const model = { ...before, now, notice: stale ? null : before.notice }
  const index = Math.floor(now / SLOT_MS)
  const last = model.slots.at(-1)
  if (last?.index === index) return model
  const from = Math.max(last ? last.index + 1 : index, index - MAX_SLOTS + 1)
  const fresh = Array.from({ length: index - from + 1 }, (_, step) => blank(model, from + step))
  return { ...model, slots: [...model.slots, ...fresh].slice(-MAX_SLOTS) }
}

function blank(model: Model, index: number): Slot {
  return {
    index,
    main: noCounts(),
    baseline: noCounts(),
    state: model.breaker.on ? model.breaker.state : 'disabled',
    failRate: model.failRate,
    outage: model.outage !== null,
  }
}

function amend(model: Model, change: (slot: Slot) => Slot): Model {
  const last = model.slots.at(-1)
  return last ? { ...model, slots: [...model.slots.slice(0, -1), change(last)] } : model
}

function connected(model: Model, event: StateUpdate): Model {
  const back = model.connection.state === 'disconnected'
  const next = updated({ ...model, connection: { state: 'connected' }, asked: null }, event)
  const again = back ? log(next, 'server', 'connected again') : next
  const { failRate, rateSource } = next
  if (failRate === null || model.failRate === null || failRate === model.failRate) return again
  return logRate(again, rateSource === '' || rateSource === 'default' ? 'server' : rateSource, model.failRate, failRate)
}

function disconnected(model: Model, why: string, retryInMs: number): Model {
  const known = model.connection.state === 'disconnected'
  const connection = { state: 'disconnected', why, retryAt: model.now + retryInMs } as const
  const next: Model = { ...model, connection, asked: null }
  return known ? next : log(next, 'server', `connection lost: ${why}`)
}

function changed(model: Model, event: StateUpdate & { readonly who: string; readonly what?: string }): Model {
  let next = updated(model, event)
  if (event.failRate !== undefined && event.failRate !== model.failRate)
    next = logRate(next, event.who, model.failRate, event.failRate)
  if (event.outage !== undefined && (event.outage === null) !== (model.outage === null))
    next = log(next, event.who, event.outage === null ? 'outage over' : outageText(event.outage.forMs))
  return event.what === undefined ? next : log(next, event.who, event.what)
}

function outageText(forMs: number | null): string {
  return forMs === null
    ? 'outage: every request fails'
    : `outage for ${Math.round(forMs / 100) / 10}s: every request fails`
}

function updated(model: Model, update: StateUpdate): Model {
  const failRate = update.failRate ?? model.failRate
  const { outage: told } = update
  const until = told?.forMs == null ? null : model.now + told.forMs
  const outage = told === undefined ? model.outage : told && { until }
  const next: Model = {
    ...model,
    failRate,
    outage,
    asked: model.asked === failRate ? null : model.asked,
    rateSource: update.rateSource ?? model.rateSource,
    conditions: update.conditions ?? model.conditions,
  }
  return amend(next, slot => ({ ...slot, failRate, outage: slot.outage || outage !== null }))
}

function answered(model: Model, arm: ArmId, counts: Counts): Model {
  const totals = { ...model.totals, [arm]: added(model.totals[arm], counts) }
  return amend({ ...model, totals }, slot => ({ ...slot, [arm]: added(slot[arm], counts) }))
}

function circuit(model: Model, { state, why }: { state: State; why: string }): Model {
  const halfOpenAt = state === 'half-open' ? model.now : model.breaker.halfOpenAt
  const still = (state === 'closed') === (model.breaker.state === 'closed')
  const breaker = { ...model.breaker, state, since: still ? model.breaker.since : model.now, halfOpenAt, retryAt: null }
  const next = amend({ ...model, breaker }, slot => (RANK[state] > RANK[slot.state] ? { ...slot, state } : slot))
  return logCircuit(next, state, why)
}

function switched(model: Model, what: Switch, on: boolean): Model {
  switch (what) {
    case 'automatic':
      return { ...model, load: { ...model.load, automatic: on } }
    case 'baseline':
      return log({ ...model, baselineOn: on }, 'you', on ? 'baseline on: it counts from here' : 'baseline off')
    case 'help':
      return { ...model, help: on }
    case 'breaker':
      return log(
        { ...model, breaker: { on, state: 'closed', since: model.now, halfOpenAt: null, retryAt: null } },
        'you',
        on ? 'breaker on, closed' : 'breaker off: every request is called',
      )
  }
}

function cleared(model: Model, who: string): Model {
  const fresh = begin(model)
  const kept: Model = {
    ...fresh,
    connection: model.connection,
    failRate: model.failRate,
    rateSource: model.rateSource,
    conditions: model.conditions,
    breaker: { ...fresh.breaker, on: model.breaker.on },
    log: model.log,
    help: model.help,
  }
  return log(advance(kept, model.now), who, 'reset: counts at zero, server back to its boot values')
}

function notice(model: Model, text: string, forMs: number): Model {
  return { ...model, notice: { text, until: model.now + forMs } }
}

const MAX_LOG = 100
/** Changes of the rate from the same source within this time are one line, in milliseconds. */
const SAME_SOURCE_MS = 2_000
const CIRCUIT = 'breaker'

/** Adds a line: who did what. */
function log(model: Model, who: string, text: string): Model {
  return append(model, 0, { at: model.now, who, text, rateFrom: null, opened: 0 })
}

/** A rate that is being dragged is one line that goes on, not a line for each step. */
function logRate(model: Model, who: string, from: number | null, to: number): Model {
  const last = model.log.at(-1)
  const goesOn = last?.rateFrom != null && last.who === who && model.now - last.at < SAME_SOURCE_MS
  const rateFrom = goesOn ? last.rateFrom : from
  const text = rateFrom === null ? `fail rate ${to} %` : `fail rate ${rateFrom} % to ${to} %`
  return append(model, goesOn ? 1 : 0, { at: model.now, who, text, rateFrom, opened: 0 })
}

/** What a circuit does in a row is one line: people's changes must stay in sight. Half-open is what the strip is for. */
function logCircuit(model: Model, state: State, why: string): Model {
  if (state === 'half-open') return model
  const last = model.log.at(-1)
  const goesOn = last?.who === CIRCUIT
  const opened = (goesOn ? last.opened : 0) + (state === 'open' ? 1 : 0)
  const word = opened > 1 ? `${state}, opened ${opened} x` : state
  const text = why === '' ? word : `${word}: ${why}`
  return append(model, goesOn ? 1 : 0, { at: model.now, who: CIRCUIT, text, rateFrom: null, opened })
}

/** Adds an entry in the place of the last `replaced` ones. */
function append(model: Model, replaced: 0 | 1, entry: LogEntry): Model {
  return { ...model, log: [...model.log.slice(0, model.log.length - replaced), entry].slice(-MAX_LOG) }
}
