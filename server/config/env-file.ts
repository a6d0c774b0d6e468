/** The .env file: read at the start, then polled by its content, because file events fail in containers and over networks. */

import { readFile, stat } from 'node:fs/promises'
import type { Clock } from '../lib/clock.ts'
import { codeOf } from '../lib/user-error.ts'
import { type Dotenv, decodeText, type Flaw, parseDotenv, type Variables } from './dotenv.ts'

/** A variable whose value in the file has changed. Undefined is: no such line, or nothing behind the `=`. */
export interface Edit {
  readonly name: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** A file of variables has a few hundred bytes; a mistaken path to something huge is not read. */
const MAX_FILE_BYTES = 1_000_000

/** Between two checks, in milliseconds. An edit holds once two checks agree, so that no half-written file is believed. */
const CHECK_EVERY_MS = 250

/**
 * The variables in a file; null where there is no such file.
 * @param known the names that mean something.
 * @throws {Error} where it is there and cannot be read.
 */
export async function readEnvFile(path: string, known: readonly string[]): Promise<Dotenv | null> {
  const text = await textOf(path)
  return text === null ? null : parseDotenv(text, known)
}

async function textOf(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path)
    if (size > MAX_FILE_BYTES) throw new Error(`${path} has ${size} bytes: that is no file of variables`)
    return decodeText(await readFile(path))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** What differs between two readings, in the order of the file, removed lines last. */
export function edits(before: Variables, after: Variables): Edit[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)])
  return [...names]
    .map(name => ({ name, before: before[name]?.trim() || undefined, after: after[name]?.trim() || undefined }))
    .filter(edit => edit.before !== edit.after)
}

export interface WatchOptions {
  readonly path: string
  /** What was read at the start. */
  readonly read: Dotenv
  /** The names that mean something. */
  readonly known: readonly string[]
  readonly clock: Clock
  readonly onEdits: (edits: readonly Edit[]) => void
  /** Called with the flaws that an edit brought. */
  readonly onFlaws: (flaws: readonly Flaw[]) => void
  /** Called once when the file cannot be read any more, and not again before it could. */
  readonly onUnreadable: (error: unknown) => void
}

/** Checks a file again and again until it is closed. */
export class EnvFileWatch {
  readonly #options: WatchOptions
  #read: Dotenv
  #seen: string | null | undefined
  #compared: string | null | undefined
  #unreadable = false
  #closed = false
  #cancel: () => void = () => {}

  constructor(options: WatchOptions) {
    this.#options = options
    this.#read = options.read
    this.#wait()
  }

  /** One check; the second in a row that finds the same new text reports what was edited. */
  async check(): Promise<void> {
    try {
      const text = await textOf(this.#options.path)
      this.#unreadable = false
      if (text === this.#seen && text !== this.#compared) this.#compare(text)
      this.#seen = text
    } catch (error) {
      if (!this.#unreadable && !this.#closed) this.#options.onUnreadable(error)
      this.#unreadable = true
    }
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  #compare(text: string | null): void {
    this.#compared = text
    const { known, onEdits, onFlaws } = this.#options
    const before = this.#read
    const now = parseDotenv(text ?? '', known)
    this.#read = now
    if (this.#closed) return
    const said = new Set(before.flaws.map(({ detail }) => detail))
    const flaws = now.flaws.filter(({ detail }) => !said.has(detail))
    if (flaws.length > 0) onFlaws(flaws)
    const found = edits(before.variables, now.variables)
    if (found.length > 0) onEdits(found)
  }

  #wait(): void {
    this.#cancel = this.#options.clock.after(CHECK_EVERY_MS, async () => {
      await this.check()
      if (!this.#closed) this.#wait()
    })
  }
}
