/** Watches the sessions: what each is like now, and what it was like in the last two minutes. */

import type { ChaosControl } from '../chaos/control.ts'
import type { RequestRecord } from '../chaos/decision/request-record.ts'
import type { Session } from '../chaos/session/session.ts'
import type { Clock } from '../lib/clock.ts'
import type { StreamedSession } from './events.ts'
import { type SessionConditions, type SessionVitals, Timeline } from './timeline.ts'

/** A session's history, and its counts since it began for the board. */
class WatchedSession {
  readonly timeline = new Timeline()
  requests = 0
  success = 0
  /** When the outage that was last seen to be active ends, in milliseconds since the server's start, or null. */
  untilMs: number | null = null

  /** An outage may have ended while nobody looked: it ended when it was to end. */
  note(now: number, conditions: SessionConditions, untilMs: number | null): void {
    if (this.untilMs !== null && this.untilMs < now) this.timeline.note(this.untilMs, { ...conditions, outage: false })
    this.timeline.note(now, conditions)
    this.untilMs = conditions.outage ? untilMs : null
  }
}

export class SessionWatch {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #epoch: () => number
  readonly #sessions = new Map<string, WatchedSession>()
  #control: ChaosControl | null = null

  /** @param epoch milliseconds since 1970 at the moment `startedAt` of the clock, as far as is known now */
  constructor(clock: Clock, startedAt: number, epoch: () => number) {
    this.#clock = clock
    this.#startedAt = startedAt
    this.#epoch = epoch
  }

  /** Begins to watch the sessions of a server. */
  follow(control: ChaosControl): void {
    this.#control = control
    for (const session of control.sessions.list()) this.observe(session)
  }

  /** Milliseconds since the server's start. */
  now(): number {
    return this.#clock.now() - this.#startedAt
  }

  /** Begins to watch a session; what it returns is to be told of its requests. */
  open(id: string): { started(record: RequestRecord): void; ended(record: RequestRecord): void } {
    const watched = new WatchedSession()
    this.#sessions.set(id, watched)
    return {
      started: record => watched.timeline.started(record.startedAt - this.#startedAt),
      ended: record => {
        const outcome = record.outcome ?? 'aborted'
        watched.requests += 1
        if (outcome === 'success') watched.success += 1
        const took = record.endedAt - record.startedAt
        watched.timeline.ended(record.endedAt - this.#startedAt, outcome, record.fault, took)
      },
    }
  }

  forget(id: string): void {
    this.#sessions.delete(id)
  }

  /** The conditions of a session now, noted in its timeline; an outage that began or ended meanwhile becomes known by it. */
  observe(session: Session): SessionConditions {
    const outage = this.#control?.observeOutage(session, session.compiled(), this.#clock.now()) ?? null
    return this.noteOutage(session, outage !== null)
  }

  /** Notes whether an outage is active in a session now. */
  noteOutage(session: Session, outage: boolean): SessionConditions {
    const { failRate, capacity } = session.layers.effective()
    const slow = capacity?.slow ?? 1
    const conditions = { failRate, outage, ...(slow > 1 ? { slow } : {}) }
    this.#sessions.get(session.id)?.note(this.now(), conditions, this.untilMs(session))
    return conditions
  }

  /** When the active outage will end, in milliseconds since the server's start; null where nobody knows. */
  untilMs(session: Session): number | null {
    const until = session.outageEnd(this.#clock.now())
    return until === null ? null : Math.round(until - this.#startedAt)
  }

  /** What a session is like, and how long the requests took that just ended. */
  vitals(id: string): SessionVitals | null {
    const session = this.#control?.sessions.get(id)
    const last = this.#sessions.get(id)?.timeline.newest(this.now(), this.#epoch())
    return session && last ? { p50: last.p50, p95: last.p95, ...this.observe(session) } : null
  }

  /** A session as the event stream sees it. */
  streamed(id: string): StreamedSession | null {
    const control = this.#control
    const session = control?.sessions.get(id)
    const timeline = this.#sessions.get(id)?.timeline
    if (!control || !session || !timeline) return null
    return {
      describe: () => ({
        state: control.state(session),
        outage: { on: this.observe(session).outage, what: session.lastOutage, untilMs: this.untilMs(session) },
        scenario: this.#scenarioOf(session),
      }),
      samples: (after, nowMs) => {
        // Who listens uses it.
        session.usedAt = this.#clock.now()
        this.observe(session)
        return timeline.since(after, nowMs, this.#epoch())
      },
      history: nowMs => timeline.history(nowMs, this.#epoch()),
    }
  }

  /** What the board shows of every session. */
  board(): object[] {
    return (this.#control?.sessions.list() ?? []).map(session => {
      const { id, shownName: name, inFlight } = session
      const { requests = 0, success = 0 } = this.#sessions.get(id) ?? {}
      return { id, name, requests, success, inFlight, ...this.observe(session) }
    })
  }

  #scenarioOf({ scenarioRun: run }: Session): object | null {
    if (!run) return null
    const startedAtMs = Math.round(this.now() - run.atMs)
    return { name: run.name, id: run.id, mark: '', startedAtMs, lengthMs: run.lengthMs }
  }
}
