/** Looks at the sessions of a laboratory: what each is like now, and what it was like in the last two minutes. */

import type { ChaosControl } from '../chaos/control.ts'
import type { RequestRecord } from '../chaos/decision/request-record.ts'
import type { Session } from '../chaos/session/session.ts'
import type { Clock } from '../lib/clock.ts'
import type { Scene } from './events.ts'
import { type SessionConditions, type SessionVitals, Timeline } from './timeline.ts'

/** A session's history, and its counts since it began for the board. */
class Watch {
  readonly timeline = new Timeline()
  requests = 0
  success = 0
  /** When the outage that was last seen to be on ends, in milliseconds since the server's start, or null. */
  untilMs: number | null = null

  /** An outage may have ended while nobody looked: it ended when it was to end. */
  note(now: number, conditions: SessionConditions, untilMs: number | null): void {
    if (this.untilMs !== null && this.untilMs < now) this.timeline.note(this.untilMs, { ...conditions, outage: false })
    this.timeline.note(now, conditions)
    this.untilMs = conditions.outage ? untilMs : null
  }
}

export class Lookout {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #epoch: number
  readonly #watches = new Map<string, Watch>()
  #control: ChaosControl | null = null

  /** @param epoch milliseconds since 1970 at the moment `startedAt` of the clock */
  constructor(clock: Clock, startedAt: number, epoch: number) {
    this.#clock = clock
    this.#startedAt = startedAt
    this.#epoch = epoch
  }

  /** Follows a laboratory. */
  follow(control: ChaosControl): void {
    this.#control = control
    for (const session of control.sessions.list()) this.look(session)
  }

  /** Milliseconds since the server's start. */
  now(): number {
    return this.#clock.now() - this.#startedAt
  }

  /** What writes a new session's visits down. */
  open(id: string): { started(record: RequestRecord): void; ended(record: RequestRecord): void } {
    const watch = new Watch()
    this.#watches.set(id, watch)
    return {
      started: record => watch.timeline.started(record.startedAt - this.#startedAt),
      ended: record => {
        const outcome = record.outcome ?? 'aborted'
        watch.requests += 1
        if (outcome === 'success') watch.success += 1
        const took = record.endedAt - record.startedAt
        watch.timeline.ended(record.endedAt - this.#startedAt, outcome, record.fault, took)
      },
    }
  }

  forget(id: string): void {
    this.#watches.delete(id)
  }

  /** The weather of a session now, noted in its timeline; whoever looks makes its changes known. */
  look(session: Session): SessionConditions {
    const outage = this.#control?.observeOutage(session, session.compiled(), this.#clock.now()) ?? null
    return this.note(session, outage !== null)
  }

  /** Notes that an outage is on in a session now, or is not. */
  note(session: Session, outage: boolean): SessionConditions {
    const conditions = { failRate: session.layers.effective().failRate, outage }
    this.#watches.get(session.id)?.note(this.now(), conditions, this.untilMs(session))
    return conditions
  }

  /** When the outage that is on will end, in milliseconds since the server's start; null where nobody knows. */
  untilMs(session: Session): number | null {
    const until = session.outageEnd(this.#clock.now())
    return until === null ? null : Math.round(until - this.#startedAt)
  }

  /** What a session is like, and how long the requests took that just ended. */
  vitals(id: string): SessionVitals | null {
    const session = this.#control?.sessions.get(id)
    const last = this.#watches.get(id)?.timeline.newest(this.now(), this.#epoch)
    return session && last ? { p50: last.p50, p95: last.p95, ...this.look(session) } : null
  }

  /** A session as the event stream sees it. */
  scene(id: string): Scene | null {
    const control = this.#control
    const session = control?.sessions.get(id)
    const timeline = this.#watches.get(id)?.timeline
    if (!control || !session || !timeline) return null
    return {
      describe: () => ({
        state: control.state(session),
        outage: { on: this.look(session).outage, what: session.lastOutage, untilMs: this.untilMs(session) },
        scenario: this.#playing(session),
      }),
      samples: after => {
        this.look(session)
        return timeline.since(after, this.now(), this.#epoch)
      },
      history: () => timeline.history(this.now(), this.#epoch),
      lastClosed: () => timeline.lastClosed(this.now()),
    }
  }

  /** A seat for every session. */
  board(): object[] {
    return (this.#control?.sessions.list() ?? []).map(session => {
      const { id, inFlight } = session
      const { requests = 0, success = 0 } = this.#watches.get(id) ?? {}
      return { id, requests, success, inFlight, ...this.look(session) }
    })
  }

  #playing({ scenarioRun: run }: Session): object | null {
    if (!run) return null
    const startedAtMs = Math.round(this.now() - run.atMs)
    return { name: run.name, id: run.id, mark: '', startedAtMs, lengthMs: run.lengthMs }
  }
}
