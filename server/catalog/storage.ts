/** Gets a catalog to serve whatever became of its file: a broken one is put aside, one that cannot be written is read into memory. */

import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import { codeOf } from '../lib/user-error.ts'
import { DamagedFile, IN_MEMORY, openDatabase, UnwritableFile } from './database.ts'

/** An open database, and what had to be done to get it. */
export interface Storage {
  readonly database: Database
  /** False where runs cannot be kept: they would be gone with the process. */
  readonly durable: boolean
  /** Sentences for the host. */
  readonly notes: readonly string[]
  /** Whether the file is where it was opened: what is written into one that was deleted or replaced is lost. */
  readonly isInPlace: () => boolean
}

const ALWAYS = () => true

/** The first bytes of every SQLite file. */
const HEADER = 'SQLite format 3\0'
/** Names that a catalog has: a damaged file called otherwise may be something else that was typed by mistake. */
const CATALOG_NAME = /\.(sqlite3?|db)$/i
/** Offsets of the file format versions in the header: 2 means a write-ahead log, which memory has not. */
const VERSIONS = [18, 19]
const ROLLBACK = 1

/**
 * Opens the database in `path`, or the next best thing.
 * @param wall milliseconds since 1970
 * @throws {UserError} where what was typed is wrong, or the file is another program's
 */
export async function openStorage(path: string, seedFile: string, wall: () => number): Promise<Storage> {
  if (path === IN_MEMORY)
    return { database: await openDatabase(path, seedFile), durable: true, notes: [], isInPlace: ALWAYS }
  claimPrivately(path)
  const before = inode(path)
  try {
    return { database: await openDatabase(path, seedFile), durable: true, notes: [], isInPlace: placeOf(path) }
  } catch (error) {
    if (error instanceof UnwritableFile && existsSync(dirname(path)))
      return inMemory(path, seedFile, codeOf(error.cause))
    if (!(error instanceof DamagedFile) || !isCatalog(path)) throw error
    // Another server may have put it aside meanwhile: what is there now is a good file.
    const aside = inode(path) === before ? putAside(path, wall()) : null
    const opened = await openDatabase(path, seedFile)
    const note = aside === null ? [] : [`${path} was damaged: it lies in ${aside} now, and the catalog was made anew`]
    return { database: opened, durable: true, notes: note, isInPlace: placeOf(path) }
  }
}

/** A check of whether a file that is open, and its log, are still those that their names lead to. */
function placeOf(path: string): () => boolean {
  const files = [path, `${path}-wal`].map(name => ({ name, opened: identity(name) }))
  return () => files.every(({ name, opened }) => identity(name) === opened)
}

function identity(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.dev} ${found.ino}` : ''
}

/** Makes a new file that only its owner reads, as SQLite then makes its logs: it will hold the runs of a whole room. */
function claimPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY))
  } catch {
    // It is there already; or it cannot be made, which opening it will say.
  }
}
const OWNER_ONLY = 0o600

async function inMemory(path: string, seedFile: string, code: string): Promise<Storage> {
  const copy = bytesOf(path)
  let database: Database
  try {
    database = await openDatabase(copy ?? IN_MEMORY, seedFile)
  } catch {
    database = await openDatabase(IN_MEMORY, seedFile)
  }
  const why = `${path} cannot be written${code ? ` (${code})` : ''}`
  return {
    database,
    durable: false,
    notes: [`${why}: the catalog is served from memory, and runs are not kept`],
    isInPlace: ALWAYS,
  }
}

/** The file as a database that lives in memory, or null where there is none that can be read. */
function bytesOf(path: string): Buffer | null {
  try {
    const bytes = readFileSync(path)
    if (bytes.toString('latin1', 0, HEADER.length) !== HEADER) return null
    for (const at of VERSIONS) bytes[at] = ROLLBACK
    return bytes
  } catch {
    return null
  }
}

function isCatalog(path: string): boolean {
  if (CATALOG_NAME.test(path)) return true
  try {
    return readFileSync(path).toString('latin1', 0, HEADER.length) === HEADER
  } catch {
    return false
  }
}

/** Renames a file and its logs; nothing is ever written over. Returns where it lies now. */
function putAside(path: string, now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  let aside = `${path}.broken-${time}`
  for (let more = 2; existsSync(aside); more += 1) aside = `${path}.broken-${time}-${more}`
  renameSync(path, aside)
  for (const log of ['-wal', '-shm']) if (existsSync(path + log)) renameSync(path + log, aside + log)
  return aside
}

function inode(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0
}
