/** Telemetry as one part of the server: records the requests, and shows them to pages, command lines and Prometheus. */

import { Router } from 'express'
import type { ChaosControl } from '../chaos/control.ts'
import type { SessionLog } from '../chaos/decision/request-record.ts'
import type { ChaosEvent } from '../chaos/session/events.ts'
import { LIMITS, type Limits } from '../config/limits.ts'
import type { Clock } from '../lib/clock.ts'
import { Events } from './events.ts'
import { LiveRuns } from './live-runs.ts'
import { type Gauges, Metrics } from './metrics.ts'
import { type RecentChange, RecentChanges } from './recent-changes.ts'
import { sessionLog } from './session-log.ts'
import { SessionWatch } from './session-watch.ts'
import { Totals } from './totals.ts'

interface TelemetryOptions {
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wall: () => number
  readonly version: string
  /** Requests that the journal of a session remembers, and listeners; the usual ones unless given. */
  readonly limits?: Pick<Limits, 'journal' | 'listeners' | 'listenersPerClient'>
}

export class Telemetry {
  readonly #epoch: () => number
  readonly #journalSize: number
  readonly #totals = new Totals()
  readonly #recentChanges = new RecentChanges()
  readonly #sessionWatch: SessionWatch
  readonly #events: Events
  readonly #liveRuns: LiveRuns
  readonly #metrics: Metrics
  /** Who last declared or cleared an outage, by session. */
  readonly #outageSources = new Map<string, string>()
  /** Cancel the observation that is due when an outage ends, by session. */
  readonly #outageEnds = new Map<string, () => void>()
  /** Sessions that were created by a request for one, not by a request that named it. */
  readonly #createdOnPurpose = new Set<string>()
  readonly #clock: Clock
  #control: ChaosControl | null = null
  #unsubscribe = () => {}

  constructor({ clock, wall, version, limits = LIMITS }: TelemetryOptions) {
    const startedAt = clock.now()
    const boot = Math.round(wall())
    const epoch = epochBy(wall, () => clock.now() - startedAt, boot)
    const sessionWatch = new SessionWatch(clock, startedAt, epoch)
    this.#epoch = epoch
    this.#clock = clock
    this.#journalSize = limits.journal
    this.#sessionWatch = sessionWatch
    this.#liveRuns = new LiveRuns({
      now: () => sessionWatch.now(),
      emit: event => {
        const { type: what, title } = event
        if (what !== 'progress') this.#recentChanges.add(null, { type: 'run', atMs: this.#atMs, what, title })
        this.#events.emitToAll('run', event)
      },
      vitals: id => sessionWatch.vitals(id),
      recent: id => this.#recentChanges.read(id),
    })
    this.#events = new Events({
      clock,
      startedAt,
      boot,
      epoch,
      session: id => sessionWatch.streamed(id),
      changes: id => this.#recentChanges.read(id),
      board: () => sessionWatch.board(),
      runs: () => this.#liveRuns.describe(),
      limits,
      everySecond: () => this.#liveRuns.expire(),
    })
    this.#metrics = new Metrics({ clock, totals: this.#totals, version, gauges: () => this.#gauges() })
  }

  /** Makes the log of a session: its counts and journal, its timeline, and the totals. */
  readonly log = (id: string): SessionLog => {
    const log = sessionLog(id, this.#journalSize)
    const watched = this.#sessionWatch.open(id)
    return {
      ...log,
      started: record => {
        log.started(record)
        this.#totals.started()
        watched.started(record)
      },
      ended: record => {
        log.ended(record)
        this.#totals.ended(record)
        watched.ended(record)
      },
    }
  }

  /** Begins to listen to the failure model. */
  watch(control: ChaosControl): void {
    this.#control = control
    this.#sessionWatch.follow(control)
    this.#unsubscribe = control.on(event => this.#on(control, event))
  }

  /** `/chaos/events` and `/chaos/live`, to be mounted at `/chaos`. */
  chaosRoutes(): Router {
    return Router().use(this.#events.routes()).use(this.#liveRuns.routes())
  }

  /** `/metrics`, to be mounted at `/`. */
  routes(): Router {
    return this.#metrics.routes()
  }

  /** Tells every page of something that is not the failure model's. */
  announce(type: 'poll', data: object): void {
    this.#events.emitToAll(type, data)
  }

  /** Ends every event stream, so that the server can close. */
  close(): void {
    this.#unsubscribe()
    for (const cancel of this.#outageEnds.values()) cancel()
    this.#outageEnds.clear()
    this.#events.close()
    this.#metrics.close()
  }

  #on(control: ChaosControl, event: ChaosEvent): void {
    if (event.type === 'session') this.#onSession(control, event)
    else if (event.type === 'outage') this.#onOutage(control, event)
    else if (event.type === 'scenario') this.#onScenario(control, event)
    else if (event.type === 'challenge') this.#onChallenge(event)
    else {
      this.#onSettings(control, event.session, event)
      // What the default session sets holds at once in every session that has not set its own.
      if (event.session === control.sessions.first.id) this.#onInherited(control, event)
    }
  }

  #onSession(control: ChaosControl, { session, change, name }: EventOf<'session'>): void {
    if (change === 'created' && control.sessions.get(session)?.pinned) this.#createdOnPurpose.add(session)
    // Any request may bring a session about by naming it: those would push out what pages must hear when they come back.
    if (change === 'reset' || this.#createdOnPurpose.has(session))
      this.#events.emitToAll('session', { session, change, name })
    if (change === 'reset') this.#onReset(control, session)
    if (change !== 'deleted') return
    this.#createdOnPurpose.delete(session)
    this.#sessionWatch.forget(session)
    this.#outageSources.delete(session)
    this.#observeAt(control, session, null)
    this.#recentChanges.forget(session)
    this.#events.forget(session)
  }

  /** What the default session gives up, those who inherit it give up too. */
  #onReset(control: ChaosControl, id: string): void {
    const reached = id === control.sessions.first.id ? new Set([id, ...this.#followed]) : [id]
    for (const each of reached) this.#onSettings(control, each, { changed: [], source: 'reset', before: null })
  }

  #onSettings(control: ChaosControl, id: string, { changed, source, before }: SettingsChange): void {
    const session = control.sessions.get(id)
    if (!session) return
    this.#sessionWatch.observe(session)
    const settings = session.layers.effective()
    const provenance = session.layers.provenance()
    const from = { failRate: before?.failRate }
    const to = { failRate: settings.failRate }
    this.#remember(id, { type: 'settings', atMs: this.#atMs, changed, origin: { source }, from, to })
    this.#events.emit(id, 'settings', { at: this.#date(), settings, changed, origin: { source }, provenance })
  }

  #onInherited(control: ChaosControl, { changed, source, before }: EventOf<'settings'>): void {
    for (const id of this.#followed) {
      const session = control.sessions.get(id)
      if (!session || session === control.sessions.first) continue
      const reached = changed.filter(member => !session.layers.owns(member))
      if (reached.length > 0) this.#onSettings(control, id, { changed: reached, source, before })
    }
  }

  #onOutage(control: ChaosControl, event: EventOf<'outage'>): void {
    const session = control.sessions.get(event.session)
    if (!session) return
    if (event.change === 'declared' || event.change === 'cleared') {
      if (event.source) this.#outageSources.set(session.id, event.source)
      // A declared outage reaches sessions that inherit it: observing makes its beginning and its end known in each.
      for (const id of new Set([session.id, ...this.#followed])) {
        const other = control.sessions.get(id)
        if (other) this.#sessionWatch.observe(other)
      }
      return
    }
    const on = event.change === 'began'
    this.#sessionWatch.noteOutage(session, on)
    const untilMs = on ? this.#sessionWatch.untilMs(session) : null
    this.#observeAt(control, session.id, untilMs)
    const { what } = event
    const source = this.#sourceOf(control, event)
    this.#remember(session.id, { type: 'outage', atMs: this.#atMs, on, source })
    this.#events.emit(session.id, 'outage', { at: this.#date(), on, what, untilMs, source })
  }

  /** Observes the session again when the outage is to be over, so that its end is known though nobody asks for anything. */
  #observeAt(control: ChaosControl, id: string, untilMs: number | null): void {
    this.#outageEnds.get(id)?.()
    this.#outageEnds.delete(id)
    if (untilMs === null) return
    const observe = () => {
      this.#outageEnds.delete(id)
      const session = control.sessions.get(id)
      if (session) this.#sessionWatch.observe(session)
    }
    this.#outageEnds.set(id, this.#clock.after(Math.max(1, untilMs - this.#sessionWatch.now() + 1), observe))
  }

  /** Who did it: the scenario, or whoever declared the outage here or in the default session; nobody for the settings' own. */
  #sourceOf(control: ChaosControl, { session, what }: EventOf<'outage'>): string {
    if (what.includes('scenario')) return 'scenario'
    if (!what.includes('declared')) return ''
    return this.#outageSources.get(session) ?? this.#outageSources.get(control.sessions.first.id) ?? ''
  }

  #onScenario(control: ChaosControl, event: EventOf<'scenario'>): void {
    const { session, change, name, run, text, atMs } = event
    const status = change === 'marked' ? 'mark' : change
    const startedAtMs = Math.round(this.#sessionWatch.now() - atMs)
    const lengthMs = control.sessions.get(session)?.scenarioRun?.lengthMs ?? 0
    this.#remember(session, { type: 'scenario', atMs: this.#atMs, status, name, mark: text })
    const data = { at: this.#date(), status, name, id: run, mark: text, startedAtMs, lengthMs }
    this.#events.emit(session, 'scenario', data)
  }

  /** Everybody hears of it: the board shows the grades of all. */
  #onChallenge({ session, id, phase, exam, overall }: EventOf<'challenge'>): void {
    this.#events.emitToAll('challenge', { at: this.#date(), session, id, phase, exam, overall })
  }

  #remember(session: string, change: RecentChange): void {
    this.#recentChanges.add(session, change)
    this.#liveRuns.note(session, change)
  }

  /** The sessions whose changes somebody is told, their own or those that they inherit. */
  get #followed(): ReadonlySet<string> {
    return new Set([...this.#events.sessions, ...this.#liveRuns.sessions])
  }

  #gauges(): Gauges {
    const sessions = this.#control?.sessions
    const conditions = sessions ? this.#sessionWatch.observe(sessions.first) : { failRate: 0, outage: false }
    return { ...conditions, sessions: sessions?.list().length ?? 0, listeners: this.#events.listeners }
  }

  get #atMs(): number {
    return Math.round(this.#sessionWatch.now())
  }

  #date(): string {
    return new Date(this.#epoch() + this.#sessionWatch.now()).toISOString()
  }
}

type EventOf<Type extends ChaosEvent['type']> = Extract<ChaosEvent, { type: Type }>

interface SettingsChange {
  readonly changed: readonly string[]
  readonly source: string
  readonly before: { readonly failRate: number } | null
}

/** Two clocks differ by no more between two readings unless one of them was set or stood still, in milliseconds. */
const MAX_DRIFT_MS = 100

/**
 * When the server started, in milliseconds since 1970, by the wall clock as it is now: it may have been set, and it went on
 * while the machine slept. The same from call to call as long as neither happens.
 */
function epochBy(wall: () => number, sinceStart: () => number, boot: number): () => number {
  let epoch = boot
  return () => {
    const now = Math.round(wall() - sinceStart())
    if (Math.abs(now - epoch) > MAX_DRIFT_MS) epoch = now
    return epoch
  }
}
