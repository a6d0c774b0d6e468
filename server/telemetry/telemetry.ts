/** Telemetry as one part of the server: writes the visits down, and tells pages, command lines and Prometheus of them. */

import { Router } from 'express'
import type { ChaosControl } from '../chaos/control.ts'
import type { SessionLog } from '../chaos/decision/request-record.ts'
import type { ChaosEvent } from '../chaos/session/events.ts'
import type { Limits } from '../config/limits.ts'
import type { Clock } from '../lib/clock.ts'
import { Events } from './events.ts'
import { LiveRuns } from './live-runs.ts'
import { Metrics, type Moment } from './metrics.ts'
import { Diary } from './recent-changes.ts'
import { sessionLog } from './session-log.ts'
import { Lookout } from './session-watch.ts'
import { Totals } from './totals.ts'

export interface TelemetryOptions {
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wall: () => number
  readonly version: string
  /** Visits that the journal of a session remembers, and listeners; the usual ones unless given. */
  readonly limits?: Pick<Limits, 'journal' | 'listeners' | 'listenersPerClient'>
}

export class Telemetry {
  readonly #epoch: number
  readonly #remembered: number | undefined
  readonly #totals = new Totals()
  readonly #diary = new Diary()
  readonly #lookout: Lookout
  readonly #events: Events
  readonly #liveRuns: LiveRuns
  readonly #metrics: Metrics
  /** Who last declared or ended an outage, by session. */
  readonly #hands = new Map<string, string>()
  /** Take back the looks that are due when outages end, by session. */
  readonly #alarms = new Map<string, () => void>()
  /** Sessions that were made on purpose. */
  readonly #made = new Set<string>()
  readonly #clock: Clock
  #control: ChaosControl | null = null
  #silence = () => {}

  constructor({ clock, wall, version, limits }: TelemetryOptions) {
    const startedAt = clock.now()
    const epoch = Math.round(wall())
    const lookout = new Lookout(clock, startedAt, epoch)
    this.#epoch = epoch
    this.#clock = clock
    this.#remembered = limits?.journal
    this.#lookout = lookout
    this.#liveRuns = new LiveRuns({
      now: () => lookout.now(),
      emit: event => {
        const { type: what, title } = event
        if (what !== 'progress') this.#diary.note(null, { type: 'run', atMs: this.#atMs, what, title })
        this.#events.tellAll('run', event)
      },
      vitals: id => lookout.vitals(id),
    })
    this.#events = new Events({
      clock,
      startedAt,
      epoch,
      scene: id => lookout.scene(id),
      changes: id => this.#diary.read(id),
      board: () => lookout.board(),
      runs: () => this.#liveRuns.describe(),
      limits: limits && { most: limits.listeners, perAddress: limits.listenersPerClient },
      everySecond: () => this.#liveRuns.expire(),
    })
    this.#metrics = new Metrics({ totals: this.#totals, version, moment: () => this.#moment() })
  }

  /** Makes the log of a session: its counts and journal, its timeline, and the totals. */
  readonly log = (id: string): SessionLog => {
    const log = sessionLog(id, this.#remembered)
    const watch = this.#lookout.open(id)
    return {
      ...log,
      started: record => {
        log.started(record)
        this.#totals.started()
        watch.started(record)
      },
      ended: record => {
        log.ended(record)
        this.#totals.ended(record)
        watch.ended(record)
      },
    }
  }

  /** Follows a laboratory. */
  watch(control: ChaosControl): void {
    this.#control = control
    this.#lookout.follow(control)
    this.#silence = control.on(event => this.#heard(control, event))
  }

  /** `/chaos/events` and `/chaos/live`, to be mounted at `/chaos`. */
  chaosRoutes(): Router {
    return Router().use(this.#events.routes()).use(this.#liveRuns.routes())
  }

  /** `/metrics`, to be mounted at `/`. */
  routes(): Router {
    return this.#metrics.routes()
  }

  /** Ends every event stream, so that the server can close. */
  close(): void {
    this.#silence()
    for (const cancel of this.#alarms.values()) cancel()
    this.#alarms.clear()
    this.#events.close()
    this.#metrics.close()
  }

  #heard(control: ChaosControl, event: ChaosEvent): void {
    if (event.type === 'session') this.#lived(control, event)
    else if (event.type === 'outage') this.#outage(control, event)
    else if (event.type === 'scenario') this.#scenario(control, event)
    else {
      this.#changed(control, event.session, event)
      // What the default session sets holds at once in every session that has not set its own.
      if (event.session === control.sessions.first.id) this.#inherited(control, event)
    }
  }

  #lived(control: ChaosControl, { session, change }: Extract<ChaosEvent, { type: 'session' }>): void {
    if (change === 'created' && control.sessions.get(session)?.pinned) this.#made.add(session)
    // Any request may bring a session about by naming it: those would push out what pages must hear when they come back.
    if (change === 'reset' || this.#made.has(session)) this.#events.tellAll('lab', { session, change })
    if (change === 'reset') this.#changed(control, session, { changed: [], source: 'reset', before: null })
    if (change !== 'deleted') return
    this.#made.delete(session)
    this.#lookout.forget(session)
    this.#hands.delete(session)
    this.#lookLater(control, session, null)
    this.#diary.forget(session)
    this.#events.forget(session)
  }

  #changed(control: ChaosControl, id: string, { changed, source, before }: Told): void {
    const session = control.sessions.get(id)
    if (!session) return
    this.#lookout.look(session)
    const settings = session.layers.effective()
    const provenance = session.layers.provenance()
    const from = { failRate: before?.failRate }
    const to = { failRate: settings.failRate }
    this.#diary.note(id, { type: 'settings', atMs: this.#atMs, changed, origin: { source }, from, to })
    this.#events.tell(id, 'settings', { at: this.#date(), settings, changed, origin: { source }, provenance })
  }

  #inherited(control: ChaosControl, { changed, source, before }: Extract<ChaosEvent, { type: 'settings' }>): void {
    for (const id of this.#events.sessions) {
      const session = control.sessions.get(id)
      if (!session || session === control.sessions.first) continue
      const reached = changed.filter(member => !session.layers.owns(member))
      if (reached.length > 0) this.#changed(control, id, { changed: reached, source, before })
    }
  }

  #outage(control: ChaosControl, event: Extract<ChaosEvent, { type: 'outage' }>): void {
    const session = control.sessions.get(event.session)
    if (!session) return
    if (event.change === 'declared' || event.change === 'cleared') {
      if (event.source) this.#hands.set(session.id, event.source)
      // A declared outage reaches sessions that inherit it: looking makes its beginning and its end known in each.
      for (const id of new Set([session.id, ...this.#events.sessions])) {
        const other = control.sessions.get(id)
        if (other) this.#lookout.look(other)
      }
      return
    }
    const on = event.change === 'began'
    this.#lookout.note(session, on)
    const untilMs = on ? this.#lookout.untilMs(session) : null
    this.#lookLater(control, session.id, untilMs)
    const { what } = event
    const source = this.#handOf(control, event)
    this.#diary.note(session.id, { type: 'outage', atMs: this.#atMs, on, source })
    this.#events.tell(session.id, 'outage', { at: this.#date(), on, what, untilMs, source })
  }

  /** Looks again when the outage is to be over, so that its end is known though nobody asks for anything. */
  #lookLater(control: ChaosControl, id: string, untilMs: number | null): void {
    this.#alarms.get(id)?.()
    this.#alarms.delete(id)
    if (untilMs === null) return
    const look = () => {
      this.#alarms.delete(id)
      const session = control.sessions.get(id)
      if (session) this.#lookout.look(session)
    }
    this.#alarms.set(id, this.#clock.after(Math.max(1, untilMs - this.#lookout.now() + 1), look))
  }

  /** Who did it: the scenario, or whoever declared the outage here or in the default session; nobody for the settings' own. */
  #handOf(control: ChaosControl, { session, what }: Extract<ChaosEvent, { type: 'outage' }>): string {
    if (what.includes('scenario')) return 'scenario'
    if (!what.includes('declared')) return ''
    return this.#hands.get(session) ?? this.#hands.get(control.sessions.first.id) ?? ''
  }

  #scenario(
    control: ChaosControl,
    { session, change, name, run, text, atMs }: Extract<ChaosEvent, { type: 'scenario' }>,
  ): void {
    const status = change === 'marked' ? 'mark' : change
    const startedAtMs = Math.round(this.#lookout.now() - atMs)
    const lengthMs = control.sessions.get(session)?.scenarioRun?.lengthMs ?? 0
    const told = { at: this.#date(), status, name, id: run, mark: text, startedAtMs, lengthMs }
    this.#diary.note(session, { type: 'scenario', atMs: this.#atMs, status, name, mark: text })
    this.#events.tell(session, 'scenario', told)
  }

  #moment(): Moment {
    const sessions = this.#control?.sessions
    const weather = sessions ? this.#lookout.look(sessions.first) : { failRate: 0, outage: false }
    return { ...weather, sessions: sessions?.list().length ?? 0, listeners: this.#events.listeners }
  }

  get #atMs(): number {
    return Math.round(this.#lookout.now())
  }

  #date(): string {
    return new Date(this.#epoch + this.#lookout.now()).toISOString()
  }
}

interface Told {
  readonly changed: readonly string[]
  readonly source: string
  readonly before: { readonly failRate: number } | null
}
