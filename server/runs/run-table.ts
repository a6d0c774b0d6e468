/** The kept runs in SQLite: what was acknowledged is on the disk, and the oldest makes room for the newest. */

import type { Database } from 'better-sqlite3'
import { type Clock, sleep, systemClock } from '../lib/clock.ts'
import { codeOf } from '../lib/user-error.ts'
import type { Result } from './result.ts'
import { MAX_RUNS, runId, summaryOf } from './run.ts'

/** Names that are tried before it gives up: with 100 of 262,144 taken, the third is a matter of 1 in 10^10. */
const MAX_TRIES = 8

/** Between two tries to write while another program writes, and after so many it is given up, in milliseconds. */
const TRY_EVERY_MS = 50
const TRY_FOR_MS = 2_000

/** The file was deleted or replaced while it was open. */
export class LostFileError extends Error {
  override name = 'LostFileError'
}

export class RunTable {
  /** False where what is kept would be gone with the process. */
  readonly durable: boolean
  readonly #isInPlace: () => boolean
  readonly #clock: Clock
  #last: Promise<unknown> = Promise.resolve()
  readonly #draw: () => number
  readonly #max: number
  readonly #insert
  readonly #trim
  readonly #list
  readonly #count
  readonly #result
  readonly #html
  readonly #known
  readonly #remove
  readonly #keep

  /**
   * @param draw a whole number from 0 to 2^32 - 1 each time, by chance
   * @param max runs that are kept
   * @param durable whether the database will be there after the process
   * @param isInPlace whether its file is where it was opened
   */
  constructor(
    database: Database,
    draw: () => number,
    max = MAX_RUNS,
    durable = true,
    isInPlace = () => true,
    clock: Clock = systemClock,
  ) {
    this.durable = durable
    this.#clock = clock
    this.#isInPlace = isInPlace
    this.#draw = draw
    this.#max = max
    this.#insert = database.prepare('INSERT INTO runs (id, summary, result, html) VALUES (?, ?, ?, ?)')
    this.#trim = database.prepare(
      'DELETE FROM runs WHERE number <= (SELECT number FROM runs ORDER BY number DESC LIMIT 1 OFFSET ?)',
    )
    const ofSession = "? IS NULL OR coalesce(summary ->> 'session', 'default') = ?"
    this.#list = database
      .prepare<[string | null, string | null, number], string>(
        `SELECT summary FROM runs WHERE ${ofSession} ORDER BY number DESC LIMIT ?`,
      )
      .pluck()
    this.#count = database
      .prepare<[string | null, string | null], number>(`SELECT count(*) FROM runs WHERE ${ofSession}`)
      .pluck()
    this.#result = database.prepare<[string], string>('SELECT result FROM runs WHERE id = ?').pluck()
    this.#html = database.prepare<[string], string | null>('SELECT html FROM runs WHERE id = ?').pluck()
    this.#known = database.prepare<[string], number>('SELECT 1 FROM runs WHERE id = ?').pluck()
    this.#remove = database.prepare('DELETE FROM runs WHERE id = ?')
    this.#keep = database.transaction((id: string, result: Result, html: string | null, posted: object) => {
      this.#insert.run(id, JSON.stringify(summaryOf(id, result, html !== null)), JSON.stringify(posted), html)
      this.#trim.run(this.#max)
    })
  }

  /**
   * Keeps a run and returns its id once it is on the disk (the database runs with `synchronous = FULL`): an answer that
   * says so outlives a power cut.
   * @param posted the result with what this version does not know: it is kept, and listed nowhere
   * @throws {LostFileError} where the file is no more where it was opened
   */
  keep(result: Result, html: string | null, posted: object = result): string {
    const id = this.#freeId()
    this.#written(() => this.#keep.immediate(id, result, html, posted))
    return id
  }

  /** A JSON array of the newest `limit` summaries, newest first: of all runs, or of those of a session. */
  list(limit: number, session: string | null = null): string {
    return `[${this.#list.all(session, session, limit).join(',')}]`
  }

  count(session: string | null = null): number {
    return this.#count.get(session, session) ?? 0
  }

  /** The JSON of a result as it was posted, or undefined. */
  result(id: string): string | undefined {
    return this.#result.get(id)
  }

  /** The page that was posted with it: null where there was none, undefined where there is no such run. */
  html(id: string): string | null | undefined {
    return this.#html.get(id)
  }

  /** Whether there was such a run. @throws {LostFileError} where the file is no more where it was opened */
  remove(id: string): boolean {
    return this.#written(() => this.#remove.run(id).changes > 0)
  }

  /**
   * Does what writes, one after the other, and comes again while another program holds the file, without keeping anybody
   * else waiting.
   * @throws the error of the last try
   */
  whenFree<T>(act: () => T): Promise<T> {
    const until = this.#clock.now() + TRY_FOR_MS
    const done = this.#last.then(async () => {
      for (;;) {
        try {
          return act()
        } catch (error) {
          if (!codeOf(error).startsWith('SQLITE_BUSY') || this.#clock.now() >= until) throw error
        }
        await sleep(this.#clock, TRY_EVERY_MS)
      }
    })
    this.#last = done.catch(() => {})
    return done
  }

  /** Nothing is said to be written into a file that nobody will find: it is looked for before and after. */
  #written<T>(write: () => T): T {
    if (!this.#isInPlace()) throw new LostFileError()
    const done = write()
    if (!this.#isInPlace()) throw new LostFileError()
    return done
  }

  #freeId(): string {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const id = runId(this.#draw())
      if (this.#known.get(id) === undefined) return id
    }
    throw new Error('no free name for a run was drawn')
  }
}
