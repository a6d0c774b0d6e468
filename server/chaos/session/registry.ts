/** The session registry: sessions made on demand or on purpose, bounded in number; none takes the place of one in use. */

import { Problem } from '../../lib/problem.ts'
import type { Session } from './session.ts'

export const DEFAULT_SESSION = 'default'
export const SESSION_ID = /^[A-Za-z0-9._-]{1,64}$/

/** A session that was made on demand makes room for another when nobody used it for so long, in milliseconds. */
const QUIET_MS = 60_000
/** A session that nobody used for so long is forgotten, in milliseconds. */
const IDLE_MS = 30 * 60_000

/** How many sessions one attendee, one address, and all who are not the host together may have. */
export interface SessionShares {
  readonly owner: number
  readonly client: number
  readonly strangers: number
}

/** Who makes a session: an attendee and his address; null for both where it is the host. */
interface Maker {
  readonly owner: string | null
  readonly client: string | null
}

export class SessionRegistry {
  readonly first: Session
  readonly #max: number
  readonly #closed: (session: Session) => void
  readonly #shares: SessionShares | undefined
  readonly #sessions = new Map<string, Session>()

  /**
   * @param max sessions beside the default one
   * @param closed is told of every session that is deleted, evicted or forgotten
   * @param shares of those who are not the host; none unless given
   */
  constructor(first: Session, max: number, closed: (session: Session) => void, shares?: SessionShares) {
    this.#shares = shares
    this.first = first
    this.#max = max
    this.#closed = closed
  }

  get(id: string): Session | undefined {
    return id === DEFAULT_SESSION ? this.first : this.#sessions.get(id)
  }

  /** All sessions, the default one first. */
  list(): Session[] {
    return [this.first, ...this.#sessions.values()]
  }

  /**
   * Adds the session that `make` returns, in place of one of that id. Where there is no room, the session that was left alone longest makes it. Traffic
   * alone cannot keep out one that is pinned: what was made on demand goes before it, quiet or not.
   * @throws {Problem} 429 where all are in use, or all that its maker may have; those who have one keep it
   */
  add(id: string, now: number, pinned: boolean, make: () => Session, maker: Maker): Session {
    this.forgetIdle(now)
    this.#requireShare(now, pinned, maker)
    this.delete(id)
    if (!this.#makeRoom(now, pinned, this.#max, () => true)) {
      throw new Problem(
        429,
        `All ${this.#max} sessions are in use: DELETE /chaos/sessions/{id} ends one, and a higher --max-sessions (MAX_SESSIONS) allows more`,
        { headers: { 'Retry-After': String(QUIET_MS / 1_000) } },
      )
    }
    const session = make()
    session.usedAt = now
    this.#sessions.set(id, session)
    return session
  }

  /** Deletes a session; false if there is none, or it is the default one. */
  delete(id: string): boolean {
    const session = this.#sessions.get(id)
    if (!session) return false
    this.#sessions.delete(id)
    this.#closed(session)
    return true
  }

  /** Forgets sessions that were idle for too long. */
  forgetIdle(now: number): void {
    for (const session of this.#sessions.values()) {
      if (!isBusy(session) && now - session.usedAt > IDLE_MS) this.delete(session.id)
    }
  }

  /** The id of the attendee who made a session; null for one that the host made, and for none. */
  ownerOf(id: string): string | null {
    return this.get(id)?.owner ?? null
  }

  /** The session that a scenario run plays in, or null. */
  sessionOf(run: string): string | null {
    return this.list().find(session => session.scenarioRun?.id === run)?.id ?? null
  }

  /** Whether an attendee has a session. */
  knows(owner: string): boolean {
    return this.list().some(session => session.owner === owner)
  }

  /** @throws {Problem} 429 where the maker has his share, and each of it is in use */
  #requireShare(now: number, pinned: boolean, { owner, client }: Maker): void {
    if (!this.#shares || client === null) return
    const bounds: readonly (readonly [max: number, who: string, isCounted: (session: Session) => boolean])[] = [
      [this.#shares.owner, 'of yours', session => owner !== null && session.owner === owner],
      [this.#shares.client, 'from your address', session => session.client === client],
      [this.#shares.strangers, 'of attendees', session => session.client !== null],
    ]
    for (const [max, who, isCounted] of bounds) {
      if (this.#makeRoom(now, pinned, max, isCounted)) continue
      throw new Problem(429, `All ${max} sessions ${who} are in use, and the others are for others: end one first`, {
        headers: { 'Retry-After': String(QUIET_MS / 1_000) },
      })
    }
  }

  /** Whether there are less than `max` of those that count, or one of them was ended. */
  #makeRoom(now: number, pinned: boolean, max: number, isCounted: (session: Session) => boolean): boolean {
    if (this.#sessions.size < max) return true
    const sparedMs = pinned ? 0 : QUIET_MS
    let count = 0
    let oldest: Session | null = null
    for (const session of this.#sessions.values()) {
      if (!isCounted(session)) continue
      count += 1
      if (session.pinned || isBusy(session) || now - session.usedAt < sparedMs) continue
      if (oldest === null || session.usedAt < oldest.usedAt) oldest = session
    }
    return count < max || (oldest !== null && this.delete(oldest.id))
  }
}

/** Something goes on in it; what is used now and then says so by `usedAt`. */
function isBusy({ inFlight, scenarioRun }: Session): boolean {
  return inFlight > 0 || scenarioRun !== null
}
