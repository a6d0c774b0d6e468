/** The diary: what changed lately, for pages that come late. Short, and kept whether somebody listens or not. */

/** Entries that are remembered of each session, and of the room. */
const KEPT = 40

/** What a page writes into its log. `atMs` counts from the server's start. */
export interface DiaryEntry {
  readonly type: 'settings' | 'outage' | 'scenario' | 'run'
  readonly atMs: number
  readonly [more: string]: unknown
}

export class Diary {
  readonly #sessions = new Map<string, DiaryEntry[]>()
  readonly #room: DiaryEntry[] = []

  /** Notes what happened in one session, or in the whole room. */
  note(session: string | null, entry: DiaryEntry): void {
    const entries = session === null ? this.#room : (this.#sessions.get(session) ?? [])
    if (session !== null) this.#sessions.set(session, entries)
    entries.push(entry)
    if (entries.length > KEPT) entries.shift()
  }

  /** What a page of this session must know, the oldest first. */
  read(session: string): readonly DiaryEntry[] {
    const entries = [...(this.#sessions.get(session) ?? []), ...this.#room]
    return entries.sort((a, b) => a.atMs - b.atMs).slice(-KEPT)
  }

  forget(session: string): void {
    this.#sessions.delete(session)
  }
}
