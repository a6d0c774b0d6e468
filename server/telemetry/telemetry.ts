/** Telemetry as one part of the server: writes the visits down, and tells pages, command lines and Prometheus of them. */

import { Router } from 'express'
import type { ChaosEvent } from '../chaos/event.ts'
import type { Lab } from '../chaos/lab.ts'
import type { Session } from '../chaos/session.ts'
import type { SessionLog } from '../chaos/visit.ts'
import type { Clock } from '../clock.ts'
import { Events, type Scene } from './events.ts'
import { Metrics } from './metrics.ts'
import { Publish } from './publish.ts'
import { sessionLog } from './session-log.ts'
import { Timeline, type Weather } from './timeline.ts'
import { Totals } from './totals.ts'

export interface TelemetryOptions {
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wall: () => number
  readonly version: string
}

/** A session's history, and its counts since it began for the board. */
interface Record {
  readonly timeline: Timeline
  /** When the outage that was last seen to be on ends, in milliseconds since the server's start, or null. */
  untilMs: number | null
  requests: number
  success: number
}

export class Telemetry {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #epoch: number
  readonly #totals = new Totals()
  readonly #records = new Map<string, Record>()
  readonly #events: Events
  readonly #publish: Publish
  readonly #metrics: Metrics
  /** Who last declared or ended an outage, by session. */
  readonly #hands = new Map<string, string>()
  #lab: Lab | null = null
  #silence = () => {}

  constructor({ clock, wall, version }: TelemetryOptions) {
    this.#clock = clock
    this.#startedAt = clock.now()
    this.#epoch = Math.round(wall())
    this.#events = new Events({
      clock,
      startedAt: this.#startedAt,
      epoch: this.#epoch,
      scene: id => this.#scene(id),
      board: () => this.#board(),
      runs: () => this.#publish.describe(),
    })
    this.#publish = new Publish({
      now: () => this.#now(),
      tell: data => this.#events.tellAll('run', data),
      vitals: id => {
        const session = this.#lab?.sessions.get(id)
        const last = this.#record(id)?.timeline.newest(this.#now(), this.#epoch)
        return session && last ? { p50: last.p50, p95: last.p95, ...this.#look(session) } : null
      },
    })
    this.#metrics = new Metrics({ totals: this.#totals, version, moment: () => this.#moment() })
  }

  /** Makes the log of a session: its counts and journal, its timeline, and the totals. */
  readonly log = (id: string): SessionLog => {
    const log = sessionLog(id)
    const record: Record = { timeline: new Timeline(), untilMs: null, requests: 0, success: 0 }
    this.#records.set(id, record)
    return {
      ...log,
      started: visit => {
        log.started(visit)
        this.#totals.started()
        record.timeline.started(visit.startedAt - this.#startedAt)
      },
      ended: visit => {
        log.ended(visit)
        this.#totals.ended(visit)
        const outcome = visit.outcome ?? 'aborted'
        record.requests += 1
        if (outcome === 'success') record.success += 1
        record.timeline.ended(visit.endedAt - this.#startedAt, outcome, visit.fault, visit.endedAt - visit.startedAt)
      },
    }
  }

  /** Follows a laboratory. */
  watch(lab: Lab): void {
    this.#lab = lab
    for (const session of lab.sessions.list()) this.#look(session)
    this.#silence = lab.listen(event => this.#heard(lab, event))
  }

  /** `/chaos/events` and `/chaos/live`, to be mounted at `/chaos`. */
  chaosRoutes(): Router {
    return Router().use(this.#events.routes()).use(this.#publish.routes())
  }

  /** `/metrics`, to be mounted at `/`. */
  routes(): Router {
    return this.#metrics.routes()
  }

  /** Ends every event stream, so that the server can close. */
  close(): void {
    this.#silence()
    this.#events.close()
    this.#metrics.close()
  }

  #now(): number {
    return this.#clock.now() - this.#startedAt
  }

  #heard(lab: Lab, event: ChaosEvent): void {
    if (event.type === 'session') {
      this.#events.tellAll('lab', { session: event.session, change: event.change })
      if (event.change === 'deleted') {
        this.#records.delete(event.session)
        this.#hands.delete(event.session)
        this.#events.forget(event.session)
      } else if (event.change === 'reset') this.#changed(lab, event.session, { changed: [], source: 'reset' })
      return
    }
    if (event.type === 'settings') {
      this.#changed(lab, event.session, event)
      // What the default session sets holds at once in every session that has not set its own.
      if (event.session === lab.sessions.first.id) this.#inherited(lab, event.changed, event.source)
    } else if (event.type === 'outage') this.#outage(lab, event)
    else this.#scenario(lab, event)
  }

  #changed(
    lab: Lab,
    id: string,
    { changed, source }: { readonly changed: readonly string[]; readonly source: string },
  ): void {
    const session = lab.sessions.get(id)
    if (!session) return
    this.#look(session)
    const settings = session.layers.effective()
    const provenance = session.layers.provenance()
    this.#events.tell(id, 'settings', { at: this.#date(), settings, changed, origin: { source }, provenance })
  }

  #inherited(lab: Lab, changed: readonly string[], source: string): void {
    for (const id of this.#events.sessions) {
      const session = lab.sessions.get(id)
      if (!session || session === lab.sessions.first) continue
      const reached = changed.filter(member => session.layers.provenance()[member as 'failRate'].source === 'inherited')
      if (reached.length > 0) this.#changed(lab, id, { changed: reached, source })
    }
  }

  #outage(lab: Lab, event: Extract<ChaosEvent, { type: 'outage' }>): void {
    if (event.change === 'declared' || event.change === 'cleared') {
      if (event.source) this.#hands.set(event.session, event.source)
      // A declared outage reaches sessions that inherit it: looking makes its beginning and its end known in each.
      for (const id of new Set([event.session, ...this.#events.sessions])) {
        const session = lab.sessions.get(id)
        if (session) this.#look(session)
      }
      return
    }
    const session = lab.sessions.get(event.session)
    const on = event.change === 'began'
    const untilMs = session && on ? this.#untilMs(session) : null
    const record = this.#record(event.session)
    if (session && record) this.#note(record, { failRate: session.layers.effective().failRate, outage: on }, untilMs)
    const hand = this.#hands.get(event.session) ?? this.#hands.get(lab.sessions.first.id)
    const source = event.what.includes('declared') ? hand : event.what.includes('scenario') ? 'scenario' : ''
    this.#events.tell(event.session, 'outage', { at: this.#date(), on, what: event.what, untilMs, source })
  }

  #scenario(lab: Lab, event: Extract<ChaosEvent, { type: 'scenario' }>): void {
    const status = event.change === 'marked' ? 'mark' : event.change
    const playing = lab.sessions.get(event.session)?.run
    const startedAtMs = Math.round(this.#now() - event.atMs)
    const lengthMs = playing?.lengthMs ?? 0
    const { name, run, text } = event
    this.#events.tell(event.session, 'scenario', {
      at: this.#date(),
      status,
      name,
      id: run,
      mark: text,
      startedAtMs,
      lengthMs,
    })
  }

  /** The weather of a session now, noted in its timeline; whoever looks makes its changes known. */
  #look(session: Session): Weather {
    const lab = this.#lab
    const outage = lab ? lab.weather(session, session.plan(), this.#clock.now()) !== null : false
    const weather = { failRate: session.layers.effective().failRate, outage }
    const record = this.#record(session.id)
    if (record) this.#note(record, weather, this.#untilMs(session))
    return weather
  }

  /** An outage may have ended while nobody looked: it ended when it was to end. */
  #note(record: Record, weather: Weather, untilMs: number | null): void {
    const now = this.#now()
    const { timeline, untilMs: before } = record
    if (before !== null && before < now) timeline.note(before, { ...weather, outage: false })
    timeline.note(now, weather)
    record.untilMs = weather.outage ? untilMs : null
  }

  #scene(id: string): Scene | null {
    const lab = this.#lab
    const session = lab?.sessions.get(id)
    const record = this.#record(id)
    if (!lab || !session || !record) return null
    const { timeline } = record
    return {
      describe: () => ({
        state: {
          name: 'flaky-catalog',
          version: lab.version,
          session: id,
          clockMs: session.time.now(),
          settings: session.layers.effective(),
          provenance: session.layers.provenance(),
          arrivals: session.arrivals,
        },
        outage: { on: this.#look(session).outage, what: session.weather, untilMs: this.#untilMs(session) },
        scenario: this.#playing(session),
      }),
      samples: after => {
        this.#look(session)
        return timeline.since(after, this.#now(), this.#epoch)
      },
      history: () => timeline.history(this.#now(), this.#epoch),
      lastClosed: () => timeline.lastClosed(this.#now()),
    }
  }

  #playing({ run }: Session): object | null {
    if (!run) return null
    const startedAtMs = Math.round(this.#now() - run.atMs)
    return { name: run.scenario.name, id: run.id, mark: '', startedAtMs, lengthMs: run.lengthMs }
  }

  /** When the outage that is on will end, in milliseconds since the server's start; null where nobody knows. */
  #untilMs(session: Session): number | null {
    const until = session.downUntil(this.#clock.now())
    return until === null ? null : Math.round(until - this.#startedAt)
  }

  #board(): object[] {
    this.#publish.check()
    return (this.#lab?.sessions.list() ?? []).map(session => {
      const { id, inFlight } = session
      const record = this.#record(id)
      return { id, requests: record?.requests ?? 0, success: record?.success ?? 0, inFlight, ...this.#look(session) }
    })
  }

  #moment() {
    const sessions = this.#lab?.sessions
    const weather = sessions ? this.#look(sessions.first) : { failRate: 0, outage: false }
    return { ...weather, sessions: sessions?.list().length ?? 0, listeners: this.#events.listeners }
  }

  #record(id: string): Record | undefined {
    return this.#records.get(id)
  }

  #date(): string {
    return new Date(this.#epoch + this.#now()).toISOString()
  }
}
