/** The completion heap: work in progress, the next to end first, as a binary heap. */

import type { QueueEntry } from './wait-queue.ts'

interface Work {
  readonly entry: QueueEntry
  /** Milliseconds of the clock. */
  readonly endsAt: number
  /** Of two that end together, the one that began first ends first. */
  readonly order: number
}

export class CompletionHeap {
  #heap: Work[] = []
  #count = 0

  get size(): number {
    return this.#heap.length
  }

  /** When the next work ends; infinity while there is none. */
  get nextEnd(): number {
    return this.#heap[0]?.endsAt ?? Number.POSITIVE_INFINITY
  }

  push(entry: QueueEntry, endsAt: number): void {
    const heap = this.#heap
    let at = heap.length
    const added = { entry, endsAt, order: this.#count++ }
    heap.push(added)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (!parent || isBefore(parent, added)) break
      heap[at] = parent
      at = above
    }
    heap[at] = added
  }

  /** Takes the work that ends next. */
  pop(): QueueEntry | null {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (!top || !last) return null
    if (heap.length > 0) this.#sink(last)
    return top.entry
  }

  /** Empties the heap and returns what was in it. */
  clear(): QueueEntry[] {
    const left = this.#heap.map(({ entry }) => entry)
    this.#heap = []
    return left
  }

  #sink(moved: Work): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      const below = isBefore(heap[right], heap[left]) ? right : left
      const child = heap[below]
      if (!child || isBefore(moved, child)) break
      heap[at] = child
      at = below
    }
    heap[at] = moved
  }
}

function isBefore(one: Work | undefined, other: Work | undefined): boolean {
  if (!one || !other) return one !== undefined
  return one.endsAt < other.endsAt || (one.endsAt === other.endsAt && one.order < other.order)
}
