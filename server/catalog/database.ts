/** Opens the database file: makes, migrates and seeds it where needed, and says in one sentence what stands in the way. */

import type { Database } from 'better-sqlite3'
import { codeOf, UserError } from '../lib/user-error.ts'
import { keepAlive, read } from './keep-alive.ts'
import { MIGRATIONS } from './migrations.ts'
import { insertProducts, readSeed } from './seed.ts'

/** `PRAGMA application_id` of our files: "FLKY". It keeps us from writing into a database of something else. */
const APPLICATION_ID = 0x464c4b59

/** A database without a file, for embedded servers and tests. */
export const IN_MEMORY = ':memory:'

/** The file is no database any more. */
export class DamagedFile extends UserError {}

/** The file, or the folder of a new one, cannot be written: read-only media, no rights, no room. */
export class UnwritableFile extends UserError {}

/** Milliseconds that the start waits for another server on the same file. */
const BUSY_AT_START_MS = 2_000
/** Later everybody else would wait with it: who finds the file locked comes again. */
const BUSY_MS = 5

/**
 * The database in `path`, or the one in a file's bytes, which stays in memory. A new file is filled from the seed file, in one transaction: two servers that start on
 * the same new file make it once.
 * @throws {UserError} with a sentence that says what to do.
 */
export async function openDatabase(path: string | Buffer, seedFile: string): Promise<Database> {
  const name = typeof path === 'string' ? path : IN_MEMORY
  let database: Database | null = null
  try {
    const { default: Sqlite } = await import('better-sqlite3')
    database = keepAlive(new Sqlite(path, { timeout: BUSY_AT_START_MS }))
    claim(database, name)
    check(database, name)
    // Readers never wait for the writer. Writes are rare, and what was acknowledged must survive a power cut: FULL syncs
    // the log at each commit, where NORMAL would sync it at the next checkpoint and lose what came after the last one.
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = FULL')
    migrate(database, seedFile)
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    return database
  } catch (error) {
    database?.close()
    throw error instanceof UserError ? error : failureOf(error, name)
  }
}

/** Refuses what is not ours to write: a database of another program, or of a later version. */
function claim(database: Database, path: string): void {
  const mark = read(database, 'application_id')
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()
  if (mark !== APPLICATION_ID && tables !== 0) {
    throw new UserError(`${path} is a database of another program: ${OTHER_FILE}`)
  }
  if (versionOf(database) > MIGRATIONS.length) {
    throw new UserError(`${path} was made by a newer version of Flaky Catalog: update it, or ${OTHER_FILE}`)
  }
}

/** Reads every page: damage is found at the start and not in the middle of a workshop. */
function check(database: Database, path: string): void {
  const verdict = read(database, 'quick_check(1)')
  if (verdict !== 'ok') throw new DamagedFile(damaged(path), 1, new Error(String(verdict)))
}

function migrate(database: Database, seedFile: string): void {
  const take = database.transaction(() => {
    const version = versionOf(database)
    for (const step of MIGRATIONS.slice(version)) database.exec(step)
    if (version === 0) insertProducts(database, readSeed(seedFile))
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  })
  take.immediate()
}

function versionOf(database: Database): number {
  return Number(read(database, 'user_version'))
}

const OTHER_FILE = 'choose another file with --db (CATALOG_DB)'

function failureOf(error: unknown, path: string): UserError {
  const code = codeOf(error)
  const words = sentence(error, path)
  if (isDamage(code)) return new DamagedFile(words, 1, error)
  return UNWRITABLE.test(code) ? new UnwritableFile(words, 1, error) : new UserError(words, 1, error)
}

const UNWRITABLE = /^SQLITE_(READONLY|CANTOPEN$|FULL|IOERR|PERM|AUTH)/

function isDamage(code: string): boolean {
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')
}

const REBUILD = 'run npm rebuild better-sqlite3 (npm 12 wants npm install-scripts approve better-sqlite3 before)'

function damaged(path: string): string {
  return `${path} is damaged or no SQLite database: move it away and start again to have it made anew, or ${OTHER_FILE}`
}

function sentence(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  if (isDamage(code)) return damaged(path)
  if (code.startsWith('SQLITE_BUSY')) return `${path} is locked by another program: stop that, or ${OTHER_FILE}`
  if (code === 'ERR_DLOPEN_FAILED' || /bindings file|NODE_MODULE_VERSION/.test(message)) {
    return `The native part of better-sqlite3 does not load in this version of Node.js: ${REBUILD}`
  }
  if (code === 'ERR_MODULE_NOT_FOUND') return 'better-sqlite3 is not installed: run npm install'
  return `The database ${path} cannot be opened (${code || message}): check that its folder exists and can be written, or ${OTHER_FILE}`
}
