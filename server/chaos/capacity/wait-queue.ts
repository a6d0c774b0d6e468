/** The wait queue: open at both ends, and its entries can also be struck out in the middle, each in constant time. */

/** A request in the capacity model. Exactly one of `run` and `refuse` is called, unless its client left before. */
export interface CapacityRequest {
  /** The virtual work is done: answer. */
  run(): void
  /** It waited longer than the deadline. */
  refuse(): void
}

/** A request that was let in. `leave` says that its client has gone. */
export interface Admission {
  leave(): void
}

/** A request in the queue or in work, and its admission. */
export class QueueEntry implements Admission {
  readonly request: CapacityRequest
  /** Milliseconds of the clock. */
  readonly arrivedAt: number
  /** The client is still there. */
  waiting = true
  /** Where it is in the queue; -1 where it is not. */
  place = -1
  /** The queue that drops it when its client leaves; null where its work is done all the same. */
  readonly #dropsFrom: WaitQueue | null

  constructor(request: CapacityRequest, arrivedAt: number, dropsFrom: WaitQueue | null) {
    this.request = request
    this.arrivedAt = arrivedAt
    this.#dropsFrom = dropsFrom
  }

  leave(): void {
    this.waiting = false
    this.#dropsFrom?.drop(this)
  }
}

export class WaitQueue {
  #entries: (QueueEntry | null)[] = []
  #head = 0
  #size = 0

  /** Entries that have not been struck out. */
  get size(): number {
    return this.#size
  }

  get oldest(): QueueEntry | null {
    while (this.#head < this.#entries.length && !this.#entries[this.#head]) this.#head += 1
    return this.#entries[this.#head] ?? null
  }

  push(entry: QueueEntry): void {
    entry.place = this.#entries.length
    this.#entries.push(entry)
    this.#size += 1
  }

  /** Takes the oldest. */
  takeOldest(): QueueEntry | null {
    const entry = this.oldest
    if (entry) this.drop(entry)
    return entry
  }

  /** Takes the newest. */
  takeNewest(): QueueEntry | null {
    while (this.#entries.length > this.#head && !this.#entries.at(-1)) this.#entries.pop()
    const entry = this.#entries.at(-1) ?? null
    if (entry) this.drop(entry)
    return entry
  }

  /** Strikes an entry out; nothing happens where it is not in the queue. */
  drop(entry: QueueEntry): void {
    if (entry.place < 0) return
    this.#entries[entry.place] = null
    entry.place = -1
    this.#size -= 1
    if (this.#entries.length > 64 && this.#entries.length > 4 * this.#size) this.#compact()
  }

  /** Empties the queue and returns what was in it, the oldest first. */
  clear(): QueueEntry[] {
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
