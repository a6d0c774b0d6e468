/** A queue open at both ends whose entries can also be struck out in the middle, each in constant time. */

import type { Entry } from './capacity.ts'

export class Backlog {
  #entries: (Entry | null)[] = []
  #places = new Map<Entry, number>()
  #head = 0

  /** Entries that have not been struck out. */
  get size(): number {
    return this.#places.size
  }

  get oldest(): Entry | null {
    while (this.#head < this.#entries.length && !this.#entries[this.#head]) this.#head += 1
    return this.#entries[this.#head] ?? null
  }

  push(entry: Entry): void {
    this.#places.set(entry, this.#entries.length)
    this.#entries.push(entry)
  }

  /** Takes the oldest. */
  shift(): Entry | null {
    const entry = this.oldest
    if (!entry) return null
    this.drop(entry)
    return entry
  }

  /** Takes the newest. */
  pop(): Entry | null {
    let entry: Entry | null = null
    while (!entry && this.#entries.length > this.#head) entry = this.#entries.pop() ?? null
    if (entry) this.#places.delete(entry)
    return entry
  }

  /** Strikes an entry out; nothing happens where it is not in the queue. */
  drop(entry: Entry): void {
    const place = this.#places.get(entry)
    if (place === undefined) return
    this.#places.delete(entry)
    this.#entries[place] = null
    if (this.#entries.length > 64 && this.#entries.length > 4 * this.#places.size) this.#compact()
  }

  /** Empties the queue and returns what was in it, the oldest first. */
  clear(): Entry[] {
    const left = [...this.#places.keys()]
    this.#entries = []
    this.#places.clear()
    this.#head = 0
    return left
  }

  #compact(): void {
    this.#entries = [...this.#places.keys()]
    this.#head = 0
    for (const [place, entry] of [...this.#places.keys()].entries()) this.#places.set(entry, place)
  }
}
