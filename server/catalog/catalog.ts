/** The queries of the catalog, prepared once; products come out as the JSON text that is stored, and stay ready to be sent. */

import type { Database } from 'better-sqlite3'
import { type PreparedJson, prepareJson } from '../http/json.ts'
import { copyOf } from '../http/request-headers.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { searchable } from './product.ts'

/** What narrows a list. */
export interface Filter {
  /** The whole brand, in any case, with or without accents. */
  readonly brand?: string | undefined
  /** A part of code, brand, description or GTIN, in any case, with or without accents. */
  readonly q?: string | undefined
  /** Products at most; all where it is not given. */
  readonly limit?: number | undefined
  /** Products to skip, from the first in code order. */
  readonly offset?: number | undefined
}

export interface Page {
  /** A JSON array in code order. */
  readonly json: string
  /** Products that match, on whatever page. */
  readonly total: number
}

const MATCHING = `FROM products
  WHERE (@brand IS NULL OR brand_key = @brand) AND (@q IS NULL OR instr(search, @q) > 0)`

/** What another process writes into the file is served after so long at the latest, in milliseconds. */
const RECHECK_MS = 100
/** Products that are kept ready; the others are looked up each time. */
const MAX_READY = 10_000

export class Catalog {
  readonly #database: Database
  readonly #clock: Pick<Clock, 'now'>
  readonly #ready = new Map<string, PreparedJson>()
  /** SQLite's number of what other connections have written so far. */
  readonly #dataVersion
  #version: number | undefined
  #recheckAt = Number.NEGATIVE_INFINITY
  readonly #find
  readonly #count
  readonly #page

  constructor(database: Database, clock: Pick<Clock, 'now'> = systemClock) {
    this.#database = database
    this.#clock = clock
    this.#dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck()
    this.#find = database.prepare<[string], string>('SELECT json FROM products WHERE code = ?').pluck()
    this.#count = database.prepare<object, number>(`SELECT count(*) ${MATCHING}`).pluck()
    this.#page = database
      .prepare<object, string>(`SELECT json ${MATCHING} ORDER BY code LIMIT @limit OFFSET @offset`)
      .pluck()
  }

  /** The product with exactly this code, ready to be sent, or undefined. The file is what counts, whoever writes it: see `RECHECK_MS`. */
  find(code: string): PreparedJson | undefined {
    const now = this.#clock.now()
    if (now >= this.#recheckAt) this.#recheck(now)
    return this.#ready.get(code) ?? this.#lookUp(code)
  }

  #recheck(now: number): void {
    const version = this.#dataVersion.get()
    if (version !== this.#version) this.#ready.clear()
    this.#version = version
    this.#recheckAt = now + RECHECK_MS
  }

  #lookUp(code: string): PreparedJson | undefined {
    const json = this.#find.get(code)
    if (json === undefined) return undefined
    const found = prepareJson(json)
    // What was asked for is a part of an address, which would be kept with it.
    if (this.#ready.size < MAX_READY) this.#ready.set(copyOf(code), found)
    return found
  }

  /** The products that match, and how many there are in all. */
  list({ brand, q, limit, offset }: Filter = {}): Page {
    const match = { brand: brand ? searchable(brand) : null, q: q ? searchable(q) : null }
    // In SQLite a negative limit is none.
    const rows = this.#page.all({ ...match, limit: limit ?? -1, offset: offset ?? 0 })
    return { json: `[${rows.join(',')}]`, total: this.#count.get(match) ?? 0 }
  }

  /** Closes the database, which puts the write-ahead log back into the file. */
  close(): void {
    this.#database.close()
  }
}
