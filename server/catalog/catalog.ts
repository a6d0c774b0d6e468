/** The queries of the catalog, prepared once; products come out as the JSON text that is stored. */

import type { Database } from 'better-sqlite3'
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

export class Catalog {
  readonly #database: Database
  readonly #find
  readonly #count
  readonly #page

  constructor(database: Database) {
    this.#database = database
    this.#find = database.prepare<[string], string>('SELECT json FROM products WHERE code = ?').pluck()
    this.#count = database.prepare<object, number>(`SELECT count(*) ${MATCHING}`).pluck()
    this.#page = database
      .prepare<object, string>(`SELECT json ${MATCHING} ORDER BY code LIMIT @limit OFFSET @offset`)
      .pluck()
  }

  /** The JSON of the product with exactly this code, or undefined. */
  find(code: string): string | undefined {
    return this.#find.get(code)
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
