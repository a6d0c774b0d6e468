/** What changed lately in each session, for the log of a page. */

/** Changes that are remembered of each session, and of all of them together. */
const MAX_CHANGES = 40

/** What a page writes into its log. `atMs` counts from the server's start. */
export interface RecentChange {
  readonly type: 'settings' | 'outage' | 'scenario' | 'run'
  readonly atMs: number
  readonly [more: string]: unknown
}

/** What changed lately, for the log of a page that comes late: short, and kept whether somebody listens or not. */
export class RecentChanges {
  readonly #bySession = new Map<string, RecentChange[]>()
  /** What concerns every session. */
  readonly #common: RecentChange[] = []

  /** Adds a change of one session, or with null one that concerns them all. */
  add(session: string | null, change: RecentChange): void {
    const changes = session === null ? this.#common : (this.#bySession.get(session) ?? [])
    if (session !== null) this.#bySession.set(session, changes)
    changes.push(change)
    if (changes.length > MAX_CHANGES) changes.shift()
  }

  /** What a page of this session must know, the oldest first. */
  read(session: string): readonly RecentChange[] {
    const changes = [...(this.#bySession.get(session) ?? []), ...this.#common]
    return changes.sort((a, b) => a.atMs - b.atMs).slice(-MAX_CHANGES)
  }

  forget(session: string): void {
    this.#bySession.delete(session)
  }
}
