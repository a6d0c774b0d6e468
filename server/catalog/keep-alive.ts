/** Keeps what better-sqlite3 makes from being garbage: in some versions of Node.js that ends the process. */

import type { Database } from 'better-sqlite3'

/**
 * Databases and statements, so that none is ever garbage: better-sqlite3 12, built for Node.js 24.19 or later, aborts the
 * process when one is collected while no JavaScript runs (nodejs/node#65446). Each server prepares its statements once.
 */
const alive: unknown[] = []

/** Keeps a database and every statement that it prepares; for pragmas there is `read`. */
export function keepAlive(database: Database): Database {
  const { prepare } = database
  database.prepare = ((sql: string) => {
    const statement = prepare.call(database, sql)
    alive.push(statement)
    return statement
  }) as Database['prepare']
  alive.push(database)
  return database
}

/** A pragma's value; `database.pragma` would leave a statement behind. */
export function read(database: Database, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).pluck().get()
}
