/** Opens the database file: makes, migrates and seeds it where needed, and says in one sentence what stands in the way. */

import type { Database } from 'better-sqlite3'
import { codeOf, StartFailure } from '../start-failure.ts'
import { MIGRATIONS } from './migrations.ts'
import { insertProducts, readSeed } from './seed.ts'

/** `PRAGMA application_id` of our files: "FLKY". It keeps us from writing into a database of something else. */
const APPLICATION_ID = 0x464c4b59

/** A database without a file, for embedded servers and tests. */
export const IN_MEMORY = ':memory:'

/**
 * The database in `path`. A new file is filled from the seed file, in one transaction: two servers that start on
 * the same new file make it once.
 * @throws {StartFailure} with a sentence that says what to do.
 */
export async function openDatabase(path: string, seedFile: string): Promise<Database> {
  let database: Database | null = null
  try {
    const { default: Sqlite } = await import('better-sqlite3')
    database = new Sqlite(path)
    claim(database, path)
    // Readers never wait for the writer. Writes are rare, and what was acknowledged must survive a power cut.
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    migrate(database, seedFile)
    return database
  } catch (error) {
    database?.close()
    throw error instanceof StartFailure ? error : new StartFailure(sentence(error, path), 1, error)
  }
}

/** Refuses what is not ours to write: a database of another program, or of a later version. */
function claim(database: Database, path: string): void {
  const mark = database.pragma('application_id', { simple: true })
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()
  if (mark !== APPLICATION_ID && tables !== 0) {
    throw new StartFailure(`${path} is a database of another program: ${OTHER_FILE}`)
  }
  if (versionOf(database) > MIGRATIONS.length) {
    throw new StartFailure(`${path} was made by a newer version of Flaky Catalog: update it, or ${OTHER_FILE}`)
  }
}

function migrate(database: Database, seedFile: string): void {
  const take = database.transaction(() => {
    const version = versionOf(database)
    for (const step of MIGRATIONS.slice(version)) database.exec(step)
    if (version === 0) insertProducts(database, readSeed(seedFile))
    database.pragma(`application_id = ${APPLICATION_ID}`)
    database.pragma(`user_version = ${MIGRATIONS.length}`)
  })
  take.immediate()
}

function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }))
}

const OTHER_FILE = 'choose another file with --db (CATALOG_DB)'

function sentence(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return `${path} is damaged or no SQLite database: move it away and start again to have it made anew, or ${OTHER_FILE}`
  }
  if (code.startsWith('SQLITE_BUSY')) return `${path} is locked by another program: stop that, or ${OTHER_FILE}`
  if (code === 'ERR_DLOPEN_FAILED' || /bindings file|NODE_MODULE_VERSION/.test(message)) {
    return 'The native part of better-sqlite3 does not load in this version of Node.js: run npm rebuild better-sqlite3'
  }
  if (code === 'ERR_MODULE_NOT_FOUND') return 'better-sqlite3 is not installed: run npm install'
  return `The database ${path} cannot be opened (${code || message}): check that its folder exists and can be written, or ${OTHER_FILE}`
}
