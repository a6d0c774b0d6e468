/** Control of the failure model: sessions, changes of their settings, and who is told of them. */

import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import type { CompiledSettings } from './decision/compiled-settings.ts'
import type { ActiveOutage } from './decision/outage.ts'
import type { SessionLog } from './decision/request-record.ts'
import type { ChaosEvent, ChaosListener } from './session/events.ts'
import { DEFAULT_SESSION, SESSION_ID, SessionRegistry, type SessionShares } from './session/registry.ts'
import { Session } from './session/session.ts'
import { SessionClock } from './session/session-clock.ts'
import {
  Boot,
  type Change,
  type Edit,
  etag,
  Layers,
  type PassingChange,
  type Provenance,
  type Source,
} from './settings/layers.ts'
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
  /** Makes the log of a new session. */
  readonly log: (session: string) => SessionLog
  /** Sessions beside the default one. */
  readonly maxSessions: number
  /** How many of them others than the host may have; all where it is not given. */
  readonly sessionShares?: SessionShares | undefined
}

export interface NewSession {
  readonly id: string
  /** How far away the beginning of its clock is, 0 unless given. */
  readonly startsInMs?: number
  /** The session whose clock it shares. */
  readonly clockOf?: Session | undefined
  /** What it is called for people. */
  readonly name?: string | null
  readonly pinned: boolean
  /** The id of the attendee who makes it and may change it without being the host. */
  readonly owner?: string | null
  /** The address of who makes it, where that is not the host. */
  readonly client?: string | null
}

/** What is to become of the name of a session; what is not given stays. */
interface Renaming {
  readonly name?: string | null | undefined
  readonly hidden?: boolean | undefined
}

export interface ChangeOptions {
  readonly source: Source
  /** Entity tags, one of which the settings must still have, as in the header `If-Match`. */
  readonly ifMatch?: string | undefined
  /** Say what would be, change nothing. */
  readonly dryRun?: boolean | undefined
  /** Take the change back after so many milliseconds, and nothing that was changed since. */
  readonly ttlMs?: number | undefined
}

/** Changes of a session that are to revert by themselves at once. */
const MAX_REVERTS = 100

export class ChaosControl {
  readonly clock: Clock
  readonly sessions: SessionRegistry
  readonly #wall: () => number
  readonly #version: string
  readonly #seed: string
  readonly #log: ChaosControlOptions['log']
  readonly #listeners = new Set<ChaosListener>()
  #ids = 0
  #instances = 0

  constructor(options: ChaosControlOptions) {
    this.clock = options.clock
    this.#wall = options.wall
    this.#version = options.version
    this.#log = options.log
    const settings = { ...defaultSettings(options.seed), ...options.settings }
    this.#seed = settings.seed
    const boot = new Boot(settings, options.sources ?? {}, this.#date())
    const first = new Session({
      id: DEFAULT_SESSION,
      instance: this.#instance(),
      layers: new Layers(boot, defaultSettings(this.#seed)),
      clock: new SessionClock(this.clock, 0),
      log: options.log(DEFAULT_SESSION),
      serverClock: this.clock,
      pinned: true,
      owner: null,
      client: null,
      host: null,
    })
    const closed = (session: Session) => {
      session.close()
      this.#emitSession(session, 'deleted')
    }
    this.sessions = new SessionRegistry(first, options.maxSessions, closed, options.sessionShares)
  }

  /**
   * Makes a session that inherits everything from the default one, in place of one of that id.
   * @throws {Problem} 429 where there is no room
   */
  create({ id, startsInMs = 0, clockOf, name = null, pinned, owner = null, client = null }: NewSession): Session {
    const make = () =>
      new Session({
        id,
        instance: this.#instance(),
        layers: new Layers(this.sessions.first.layers, defaultSettings(this.#seed)),
        clock: clockOf?.clock ?? new SessionClock(this.clock, startsInMs),
        borrowsClock: clockOf !== undefined,
        log: this.#log(id),
        serverClock: this.clock,
        pinned,
        owner,
        client,
        name,
        host: this.sessions.first,
      })
    const session = this.sessions.add(id, this.clock.now(), pinned, make, { owner, client })
    this.#emitSession(session, 'created')
    return session
  }

  /** The session that a request from the address `client` names, made on demand. @throws {Problem} where there can be none */
  sessionFor(id: string, client: string): Session {
    const known = this.sessions.get(id)
    if (known) return known
    if (!SESSION_ID.test(id)) {
      throw new Problem(400, 'X-Chaos-Session must be 1 to 64 letters, digits, dots, dashes or underscores')
    }
    return this.create({ id, pinned: false, client })
  }

  /** What `GET /chaos` says of a session. */
  state(session: Session) {
    return {
      name: 'flaky-catalog' as const,
      version: this.#version,
      session: session.id,
      clockMs: session.clock.now(),
      settings: session.layers.effective(),
      provenance: session.layers.provenance(),
      arrivals: session.arrivals,
    }
  }

  /**
   * The one way of a change to the settings of a session: all or nothing, and the listeners are told what it changed.
   * @throws {Problem} 412 where the settings have another tag, 409 where too many changes wait to be taken back
   * @throws {SettingsError} naming every problem
   */
  change(session: Session, edit: Edit, { source, ifMatch, dryRun, ttlMs }: ChangeOptions): Change {
    if (ifMatch !== undefined) requireTag(session, ifMatch)
    if (dryRun) return session.layers.preview(edit)
    if (ttlMs !== undefined && session.controlTimers.size >= MAX_REVERTS) {
      throw new Problem(
        409,
        `${MAX_REVERTS} changes wait to be taken back already: wait for some, or POST /chaos/reset`,
      )
    }
    const provenance = this.#provenance(source)
    if (ttlMs === undefined) {
      const change = session.layers.change(edit, provenance)
      this.#emitChange(session, source, change)
      return change
    }
    const change = session.layers.changeForAWhile(edit, provenance)
    this.#emitChange(session, source, change)
    this.#revertAfter(session, change, ttlMs)
    return change
  }

  /** Sets what a scenario wants now; null takes everything of it back. */
  script(session: Session, values: Partial<Settings> | null): void {
    this.#emitChange(session, 'scenario', session.layers.script(values, this.#provenance('scenario')))
  }

  /** The outage that is active in a session, or null; whoever asks makes its beginning and end known. */
  observeOutage(session: Session, compiled: CompiledSettings, now: number): ActiveOutage | null {
    const outage = session.outageAt(compiled, now)
    const name = outage?.name ?? ''
    if (name !== session.lastOutage) {
      const change = outage ? 'began' : 'ended'
      this.emit({ type: 'outage', session: session.id, change, what: name || session.lastOutage })
      session.lastOutage = name
    }
    return outage
  }

  /** Everything of a session back to its beginning. */
  reset(session: Session): void {
    session.reset()
    this.#applyCapacity()
    this.#emitSession(session, 'reset')
  }

  /** Gives a session another name, takes it away (null), hides it or shows it again. */
  rename(session: Session, { name = session.name, hidden = session.isNameHidden }: Renaming): void {
    const before = session.shownName
    session.name = name
    session.isNameHidden = hidden
    if (session.shownName !== before) this.#emitSession(session, 'renamed')
  }

  /** A name that was not given before. */
  nextId(what: string): string {
    this.#ids += 1
    return `${what}-${this.#ids}`
  }

  /** Calls `listener` at every event until the returned function is called. */
  on(listener: ChaosListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: ChaosEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** Ends everything that waits; of no use afterwards. */
  close(): void {
    for (const session of this.sessions.list()) session.close()
    this.#listeners.clear()
  }

  /** A change that only repeats one that waits to be taken back lets that one wait longer. */
  #revertAfter(session: Session, change: PassingChange, ttlMs: number): void {
    const endsAt = this.clock.now() + ttlMs
    let passing = change
    for (const waiting of change.changed.length === 0 ? session.reverts : []) {
      if (!waiting.change.isSameAs(change)) continue
      change.undo()
      if (waiting.endsAt >= endsAt) return
      waiting.cancel()
      session.reverts.delete(waiting)
      passing = waiting.change
      break
    }
    const cancel = session.controlTimers.after(ttlMs, released => {
      session.reverts.delete(revert)
      if (!released) this.#emitChange(session, 'ttl', passing.undo())
    })
    const revert = { change: passing, endsAt, cancel }
    session.reverts.add(revert)
  }

  #emitSession({ id, shownName }: Session, change: Extract<ChaosEvent, { type: 'session' }>['change']): void {
    this.emit({ type: 'session', session: id, change, name: shownName })
  }

  #emitChange(session: Session, source: Source | 'ttl', { changed, before, after }: Change): void {
    if (changed.length === 0) return
    this.#applyCapacity()
    this.emit({ type: 'settings', session: session.id, source, changed, before, settings: after })
  }

  /** Work that waits goes on under the limits of now from now on, not from the next request on; in sessions that inherit them too. */
  #applyCapacity(): void {
    for (const session of this.sessions.list()) if (session.capacity) session.compiled()
  }

  #provenance(source: Source): Provenance {
    return { source, at: this.#date() }
  }

  /** A server that was started again begins to count anew, at another moment. */
  #instance(): string {
    return `${Math.round(this.#wall()).toString(36)}-${++this.#instances}`
  }

  #date(): string {
    return new Date(this.#wall()).toISOString()
  }
}

/** Somebody else may have changed the settings since the caller read them. */
function requireTag({ layers }: Session, ifMatch: string): void {
  const tag = etag(layers.effective())
  const tags = ifMatch.split(',').map(text => text.trim())
  if (ifMatch.trim() === '*' || tags.includes(tag)) return
  throw new Problem(412, `The settings have changed since they were read: their tag is ${tag} now, read them again`, {
    headers: { ETag: tag },
  })
}
