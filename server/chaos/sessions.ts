/** The sessions of a server: made on demand or on purpose, bounded in number, forgotten when idle. */

import type { Session } from './session.ts'

export const DEFAULT_SESSION = 'default'
export const SESSION_ID = /^[A-Za-z0-9._-]{1,64}$/

export interface SessionLimits {
  /** Sessions beside the default one; the least recently used makes room. */
  readonly most: number
  /** A session that nobody used for so long is forgotten, in milliseconds. */
  readonly idleMs: number
}

export const SESSION_LIMITS: SessionLimits = { most: 200, idleMs: 30 * 60_000 }

export class Sessions {
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

  /** Adds a session, making room for it. */
  add(session: Session, now: number): void {
    this.forgetIdle(now)
    if (this.#sessions.size >= this.#limits.most) this.#evict()
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

  /** Least recently used first, but sessions made on purpose after those made on demand, and those in use last. */
  #evict(): void {
    const rank = (session: Session) => (session.inFlight > 0 ? 2 : 0) + (session.pinned ? 1 : 0)
    const [victim] = [...this.#sessions.values()].sort((a, b) => rank(a) - rank(b) || a.usedAt - b.usedAt)
    if (victim) this.delete(victim.id)
  }
}
