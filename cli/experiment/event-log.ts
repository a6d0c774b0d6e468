/** What happens to the server during a run, from the events of its session: changes, outages, marks of a scenario. */

import type { Clock } from '../../server/lib/clock.ts'
import { isOneChange, RAMP_STEP_MS } from '../../server/telemetry/run-changes.ts'
import type { Control } from '../control/control.ts'
import type { RunEvent } from '../report/result.ts'
import { observedOutages } from '../report/stats/recovery.ts'
import type { Replayed } from '../simulate/replay.ts'

export interface EventLog {
  /** Resolves when the server tells its events, or when it has been waited for long enough. */
  readonly ready: Promise<void>
  /**
   * Stops listening, and says what happened within `durationMs` of `startedAt`, a reading of the clock; null where the server
   * never told.
   */
  end(startedAt: number, durationMs: number): LoggedRun | null
}

/** What happened in a run, in the order of time. */
export interface LoggedRun {
  readonly events: readonly RunEvent[]
  /** Changes and declared outages of others, whole, so that they can be done to another run. */
  readonly changes: readonly Replayed[]
}

/** Less than the time that the sessions of a run are made before it begins. */
const READY_MS = 150
/** As many as a result holds. */
const MAX_EVENTS = 500

/** What is known of the settings, to say what a change was. */
interface Known {
  failRate: number | null
  slow: number
}

/** Listens to a session of the server. */
export function openEventLog(control: Control, clock: Clock): EventLog {
  /** Events by the server's clock. */
  const events: RunEvent[] = []
  const changed: Replayed[] = []
  /** This clock less the server's: the least that was seen, because an event comes late and never early. */
  let offset = Number.POSITIVE_INFINITY
  let known: Known | null = null
  let greeted = () => {}
  const ready = new Promise<void>(resolve => {
    greeted = resolve
  })
  const cancelWait = clock.after(READY_MS, greeted)

  const add = (event: RunEvent) => {
    if (events.length < MAX_EVENTS && !continues(events, event)) events.push(event)
  }
  const stop = control.follow(clock, (name, data) => {
    const event = data as Told | null
    if (typeof event?.atMs !== 'number') return
    if (name === 'sample') return
    offset = Math.min(offset, clock.now() - event.atMs)
    if (name === 'hello') {
      // After a broken connection it tells what changed meanwhile.
      const now = knownOf(event.state?.settings)
      if (known) for (const change of changes(known, now, event)) add(change)
      known = now
      cancelWait()
      greeted()
    } else if (known && name === 'settings') {
      const values = valuesOf(event)
      if (values && changed.length < MAX_EVENTS) changed.push({ atMs: event.atMs, values })
      const now = knownOf(event.settings)
      const told = changes(known, now, event)
      for (const change of told) add(change)
      const members = (event.changed ?? []).filter(member => member !== 'failRate' && member !== 'capacity')
      if (members.length > 0 && event.origin?.source !== 'scenario') {
        add({
          atMs: event.atMs,
          what: 'settings',
          ...by(event),
          figures: { members: members.slice(0, 20).map(String) },
        })
      }
      known = now
    } else for (const change of toldEvents(name, event)) add(change)
  })

  return {
    ready,
    end(startedAt, durationMs) {
      stop()
      cancelWait()
      if (known === null) return null
      const shift = offset - startedAt
      const during = ({ atMs }: { readonly atMs: number }) => atMs >= 0 && atMs <= durationMs
      const shifted = events
        .map(event => ({ ...event, atMs: Math.round(event.atMs + shift) }))
        .filter(during)
        .map(event => withoutShift(event, shift))
      const changes = changed.map(change => ({ ...change, atMs: Math.round(change.atMs + shift) })).filter(during)
      return { events: shifted, changes: [...changes, ...declaredOutages(shifted, durationMs)] }
    },
  }
}

/** What the server says, as far as it is read; see server/telemetry/events.ts. */
interface Told {
  readonly atMs: number
  readonly state?: { readonly settings?: unknown }
  readonly settings?: unknown
  readonly changed?: readonly unknown[]
  readonly origin?: { readonly source?: unknown }
  readonly source?: unknown
  readonly on?: unknown
  readonly untilMs?: unknown
  readonly status?: unknown
  readonly mark?: unknown
  readonly name?: unknown
}

/** What somebody changed, with the new values; null for what a scenario does by itself. */
function valuesOf({ changed = [], settings, origin }: Told): Readonly<Record<string, unknown>> | null {
  if (origin?.source === 'scenario' || typeof settings !== 'object' || settings === null) return null
  const members = Object.entries(settings).filter(([member]) => member !== 'seed' && changed.includes(member))
  return members.length === 0 ? null : Object.fromEntries(members)
}

/** Outages that somebody declared during the run. Those of settings and scenarios have nobody as their source, or a scenario. */
function declaredOutages(events: readonly RunEvent[], durationMs: number): Replayed[] {
  const declared = events.filter(({ source }) => source !== undefined && source !== 'scenario')
  return observedOutages(declared, durationMs).map(({ fromMs, toMs }) => ({ atMs: fromMs, outageUntilMs: toMs }))
}

function knownOf(settings: unknown): Known {
  const { failRate, capacity } = (settings ?? {}) as { failRate?: unknown; capacity?: { slow?: unknown } | null }
  return {
    failRate: typeof failRate === 'number' ? failRate : null,
    slow: typeof capacity?.slow === 'number' ? capacity.slow : 1,
  }
}

function changes(before: Known, now: Known, event: Told): RunEvent[] {
  const at = { atMs: event.atMs, ...by(event) }
  const found: RunEvent[] = []
  if (before.failRate !== null && now.failRate !== null && before.failRate !== now.failRate) {
    found.push({ ...at, what: 'fail-rate', figures: { from: before.failRate, to: now.failRate } })
  }
  if (before.slow !== now.slow) found.push({ ...at, what: 'slower', figures: { from: before.slow, to: now.slow } })
  return found
}

function toldEvents(name: string, event: Told): RunEvent[] {
  const at = { atMs: event.atMs, ...by(event) }
  if (name === 'outage') {
    if (event.on !== true) return [{ ...at, what: 'outage-ended', figures: {} }]
    const untilMs = typeof event.untilMs === 'number' ? event.untilMs : null
    return [{ ...at, what: 'outage-began', figures: { untilMs } }]
  }
  if (name !== 'scenario') return []
  const scenario = { ...at, source: 'scenario' }
  if (event.status === 'mark') return [{ ...scenario, what: 'scenario-mark', figures: { mark: word(event.mark) } }]
  if (event.status !== 'stopped' && event.status !== 'interrupted') return []
  return [{ ...scenario, what: 'scenario-stopped', figures: { name: word(event.name) } }]
}

function by({ origin, source }: Told): { source?: string } {
  const who = word(origin?.source ?? source)
  return who === '' ? {} : { source: who }
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : ''
}

/** Whether an event goes on with the last change of the same quantity, which then takes it in. */
function continues(events: RunEvent[], event: RunEvent): boolean {
  const at = events.findLastIndex(({ what }) => what === event.what)
  const last = events[at]
  const [{ from, to, atMs: since }, next] = [{ ...span(last), atMs: last?.atMs ?? 0 }, span(event)]
  if (!last || last.source !== event.source || from === null || to === null || next.to === null) return false
  const until = typeof last.figures.untilMs === 'number' ? last.figures.untilMs : since
  if (event.atMs - until > RAMP_STEP_MS || !isOneChange(event.source, from, to, next.to)) return false
  events[at] = { ...last, figures: { ...last.figures, to: next.to, untilMs: event.atMs } }
  return true
}

function span(event: RunEvent | undefined): { from: number | null; to: number | null } {
  const { from, to } = event?.figures ?? {}
  return { from: typeof from === 'number' ? from : null, to: typeof to === 'number' ? to : null }
}

/** Moments among the figures count from the start of the run too. */
function withoutShift(event: RunEvent, shift: number): RunEvent {
  const { untilMs } = event.figures
  return typeof untilMs === 'number'
    ? { ...event, figures: { ...event.figures, untilMs: Math.round(untilMs + shift) } }
    : event
}
