/** A queue open at both ends whose entries can also be struck out in the middle, each in constant time. */

import type { Entry } from '../job.ts'

export class Backlog {
  #entries: (Entry | null)[] = []
  #head = 0
  #size = 0

  /** Entries that have not been struck out. */
  get size(): number {
    return this.#size
  }

  get oldest(): Entry | null {
    while (this.#head < this.#entries.length && !this.#entries[this.#head]) this.#head += 1
    return this.#entries[this.#head] ?? null
  }

  push(entry: Entry): void {
    entry.place = this.#entries.length
    this.#entries.push(entry)
    this.#size += 1
  }

  /** Takes the oldest. */
  shift(): Entry | null {
    const entry = this.oldest
    if (entry) this.drop(entry)
    return entry
  }

  /** Takes the newest. */
  pop(): Entry | null {
    while (this.#entries.length > this.#head && !this.#entries.at(-1)) this.#entries.pop()
    const entry = this.#entries.at(-1) ?? null
    if (entry) this.drop(entry)
    return entry
  }

  /** Strikes an entry out; nothing happens where it is not in the queue. */
  drop(entry: Entry): void {
    if (entry.place < 0) return
    this.#entries[entry.place] = null
    entry.place = -1
    this.#size -= 1
    if (this.#entries.length > 64 && this.#entries.length > 4 * this.#size) this.#compact()
  }

  /** Empties the queue and returns what was in it, the oldest first. */
  clear(): Entry[] {
    const left = this.#entries.filter(entry => entry !== null)
    for (const entry of left) entry.place = -1
    this.#entries = []
    this.#head = 0
    this.#size = 0
    return left
  }

  #compact(): void {
    const left = this.clear()
    for (const entry of left) this.push(entry)
  }
}
