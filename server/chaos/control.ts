/** The laboratory: sessions, their settings and who is told of changes. Knows nothing of HTTP. */

import type { Clock } from '../lib/clock.ts'
import type { Plan } from './decision/compiled-settings.ts'
import type { Trouble } from './decision/decide.ts'
import type { SessionLog } from './decision/request-record.ts'
import type { ChaosEvent, ChaosListener } from './session/events.ts'
import { DEFAULT_SESSION, SESSION_LIMITS, type SessionLimits, SessionRegistry } from './session/registry.ts'
import { Session } from './session/session.ts'
import { SessionClock } from './session/session-clock.ts'
import { Boot, type Change, difference, Layers, type Provenance, type Source } from './settings/layers.ts'
import { ms } from './settings/quantity.ts'
import { defaultSettings, type Member, type Settings } from './settings/schema.ts'

export interface ChaosControlOptions {
  readonly clock: Clock
  /** Wall-clock time in milliseconds since 1970, for what people read: provenance, `Retry-After` as a date. */
  readonly wall: () => number
  /** The version of the product. */
  readonly version: string
  /** The seed of the draws, unless `settings` has one. */
  readonly seed: string
  /** What the process was started with, beside the defaults. Must be valid. */
  readonly settings?: Partial<Settings>
  /** Where the values of `settings` came from; `default` where nothing is said. */
  readonly sources?: Partial<Record<Member, Source>>
  /** Makes the log of a new session; `startedAt` is its beginning on the server's clock. */
  readonly log: (session: string) => SessionLog
  readonly limits?: SessionLimits
}

export interface NewSession {
  readonly id: string
  readonly startsIn?: string
  /** The session whose clock it shares. */
  readonly clockOf?: Session
  readonly pinned: boolean
  /** The id of the attendee who makes it and may change it without being the host. */
  readonly owner?: string | null
}

export class ChaosControl {
  readonly clock: Clock
  readonly wall: () => number
  readonly version: string
  readonly boot: Settings
  readonly sessions: SessionRegistry
  readonly #log: ChaosControlOptions['log']
  #ids = 0
  readonly #listeners = new Set<ChaosListener>()

  constructor(options: ChaosControlOptions) {
    this.clock = options.clock
    this.wall = options.wall
    this.version = options.version
    this.#log = options.log
    this.boot = { ...defaultSettings(options.seed), ...options.settings }
    const boot = new Boot(this.boot, options.sources ?? {}, this.#date())
    const first = new Session({
      id: DEFAULT_SESSION,
      layers: new Layers(boot, defaultSettings(this.boot.seed)),
      time: new SessionClock(this.clock, 0),
      log: options.log(DEFAULT_SESSION),
      clock: this.clock,
      pinned: true,
      host: null,
    })
    this.sessions = new SessionRegistry(first, options.limits ?? SESSION_LIMITS, session => this.#closed(session))
  }

  /** Makes a session that inherits everything from the default one, or null where there is no room. The id must be free. */
  create(wanted: NewSession): Session | null {
    if (!this.sessions.makeRoom(this.clock.now(), wanted.pinned)) return null
    const session = new Session({
      id: wanted.id,
      layers: new Layers(this.sessions.first.layers, defaultSettings(this.boot.seed)),
      time: wanted.clockOf?.time ?? new SessionClock(this.clock, wanted.startsIn ? ms(wanted.startsIn) : 0),
      borrowsTime: wanted.clockOf !== undefined,
      log: this.#log(wanted.id),
      clock: this.clock,
      pinned: wanted.pinned,
      owner: wanted.owner ?? null,
      host: this.sessions.first,
    })
    this.sessions.add(session, this.clock.now())
    this.emit({ type: 'session', session: session.id, change: 'created' })
    return session
  }

  /** Applies `act` to the layers of a session and tells the listeners what it changed. */
  change(session: Session, source: Source, act: (provenance: Provenance) => Change): Change {
    const change = act({ source, at: this.#date() })
    this.#tellChange(session, source, change.before, change.after, change.changed)
    return change
  }

  /** The outage that is on in a session, or null; whoever asks makes its beginning and end known. */
  weather(session: Session, plan: Plan, now: number): Trouble | null {
    const trouble = session.trouble(plan, now)
    const what = trouble?.name ?? ''
    if (what !== session.weather) {
      const change = trouble ? 'began' : 'ended'
      this.emit({ type: 'outage', session: session.id, change, what: what || session.weather })
      session.weather = what
    }
    return trouble
  }

  /** Sets what a scenario wants now. */
  script(session: Session, values: Partial<Settings> | null): void {
    const before = session.layers.effective()
    session.layers.script(values, { source: 'scenario', at: this.#date() })
    const after = session.layers.effective()
    this.#tellChange(session, 'scenario', before, after, difference(before, after))
  }

  /** Takes a change back after a while, where nobody has changed it since. */
  revertAfter(session: Session, afterMs: number, { undo }: Change): void {
    const revert = () => {
      const before = session.layers.effective()
      undo()
      const after = session.layers.effective()
      this.#tellChange(session, 'ttl', before, after, difference(before, after))
    }
    session.timers.wait(afterMs, released => {
      if (!released) revert()
    })
  }

  /** Everything of a session back to its beginning. */
  reset(session: Session): void {
    session.reset()
    this.emit({ type: 'session', session: session.id, change: 'reset' })
  }

  /** A name that this lab has not given before. */
  nextId(what: string): string {
    this.#ids += 1
    return `${what}-${this.#ids}`
  }

  on(listener: ChaosListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: ChaosEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  #tellChange(
    session: Session,
    source: string,
    before: Settings,
    settings: Settings,
    changed: readonly Member[],
  ): void {
    if (changed.length === 0) return
    // Work that waits goes on under the new limits from now on, not from the next request on.
    for (const each of this.sessions.list()) if (each.capacity) each.plan()
    this.emit({ type: 'settings', session: session.id, source, changed, before, settings })
  }

  /** Ends everything that waits; the lab is of no use afterwards. */
  close(): void {
    for (const session of this.sessions.list()) session.close()
    this.#listeners.clear()
  }

  #closed(session: Session): void {
    session.close()
    this.emit({ type: 'session', session: session.id, change: 'deleted' })
  }

  #date(): string {
    return new Date(this.wall()).toISOString()
  }
}
