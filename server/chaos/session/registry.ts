/** The sessions of a server: made on demand or on purpose, bounded in number; none takes the place of one that is in use. */

import type { Session } from './session.ts'

export const DEFAULT_SESSION = 'default'
export const SESSION_ID = /^[A-Za-z0-9._-]{1,64}$/

export interface SessionLimits {
  /** Sessions beside the default one. */
  readonly most: number
  /** A session that was made on demand makes room for another when nobody used it for so long, in milliseconds. */
  readonly quietMs: number
  /** A session that nobody used for so long is forgotten, in milliseconds. */
  readonly idleMs: number
}

export const SESSION_LIMITS: SessionLimits = { most: 200, quietMs: 60_000, idleMs: 30 * 60_000 }

export class SessionRegistry {
  readonly #limits: SessionLimits
  readonly #closed: (session: Session) => void
  readonly #sessions = new Map<string, Session>()
  readonly first: Session

  /** @param closed is told of every session that is deleted, evicted or forgotten */
  constructor(first: Session, limits: SessionLimits, closed: (session: Session) => void) {
    this.first = first
    this.#limits = limits
    this.#closed = closed
  }

  get(id: string): Session | undefined {
    return id === DEFAULT_SESSION ? this.first : this.#sessions.get(id)
  }

  get limits(): SessionLimits {
    return this.#limits
  }

  /**
   * Whether there is room for another; where there was none, the session that was left alone longest makes it. Traffic alone
   * cannot keep out one that is made on purpose: what was made on demand goes before it, quiet or not.
   */
  makeRoom(now: number, onPurpose: boolean): boolean {
    this.forgetIdle(now)
    if (this.#sessions.size < this.#limits.most) return true
    const spared = onPurpose ? 0 : this.#limits.quietMs
    let victim: Session | null = null
    for (const session of this.#sessions.values()) {
      const busy = session.pinned || session.inFlight > 0 || session.run !== null
      if (busy || now - session.usedAt < spared) continue
      if (victim === null || session.usedAt < victim.usedAt) victim = session
    }
    return victim !== null && this.delete(victim.id)
  }

  /** Adds a session, for which there must be room. */
  add(session: Session, now: number): void {
    session.usedAt = now
    this.#sessions.set(session.id, session)
  }

  /** Deletes a session; false if there is none, or it is the default one. */
  delete(id: string): boolean {
    const session = this.#sessions.get(id)
    if (!session) return false
    this.#sessions.delete(id)
    this.#closed(session)
    return true
  }

  /** All sessions, the default one first. */
  list(): Session[] {
    return [this.first, ...this.#sessions.values()]
  }

  /** Forgets sessions that were idle for too long. */
  forgetIdle(now: number): void {
    for (const session of this.#sessions.values()) {
      if (session.inFlight === 0 && now - session.usedAt > this.#limits.idleMs) this.delete(session.id)
    }
  }

  /** The id of the attendee who made a session; null for one that the host made, and for none. */
  ownerOf(id: string): string | null {
    return this.get(id)?.owner ?? null
  }

  /** The session that a scenario's run plays in, or null. */
  sessionOf(run: string): string | null {
    return this.list().find(session => session.run?.id === run)?.id ?? null
  }

  /** Whether an attendee has a session. */
  knows(owner: string): boolean {
    return this.list().some(session => session.owner === owner)
  }
}
