/** The seed data: read and checked as a whole, then put into a new database. */

import { readFileSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { codeOf, UserError } from '../lib/user-error.ts'
import { type Product, productsSchema, searchable } from './product.ts'

/** Flaws that are named in a sentence; the rest is counted. */
const NAMED = 3

/**
 * The products of a seed file.
 * @throws {UserError} naming the first flaws, and what to do.
 */
export function readSeed(file: string): Product[] {
  const broken = (why: string) =>
    new UserError(`The seed data ${file} ${why}: correct it, or install the package again`)
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw broken(codeOf(error) ? `cannot be read (${codeOf(error)})` : `is not JSON (${(error as Error).message})`)
  }
  const parsed = productsSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const flaws = parsed.error.issues.map(issue => `${['', ...issue.path].join('/') || 'the whole'} ${issue.message}`)
  const more = flaws.length > NAMED ? ` and ${flaws.length - NAMED} more` : ''
  throw broken(`is not valid: ${flaws.slice(0, NAMED).join('; ')}${more}`)
}

/** Puts products into the table that holds none of them. */
export function insertProducts(database: Database, products: readonly Product[]): void {
  const insert = database.prepare('INSERT INTO products (code, brand_key, search, json) VALUES (?, ?, ?, ?)')
  for (const { code, brand, description, gtin } of products) {
    const search = searchable([code, brand, description, gtin].join('\n'))
    insert.run(code, searchable(brand), search, JSON.stringify({ code, brand, description, gtin }))
  }
}
