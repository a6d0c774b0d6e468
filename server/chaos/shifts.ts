/** Work in progress, the next to end first: a binary heap. */

import type { Entry } from './capacity.ts'

interface Shift {
  readonly entry: Entry
  /** Milliseconds of the clock. */
  readonly endsAt: number
}

export class Shifts {
  #heap: Shift[] = []

  get size(): number {
    return this.#heap.length
  }

  /** When the next work ends; infinity while there is none. */
  get nextEnd(): number {
    return this.#heap[0]?.endsAt ?? Number.POSITIVE_INFINITY
  }

  push(entry: Entry, endsAt: number): void {
    const heap = this.#heap
    let at = heap.length
    const added = { entry, endsAt }
    heap.push(added)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (!parent || parent.endsAt <= endsAt) break
      heap[at] = parent
      at = above
    }
    heap[at] = added
  }

  /** Takes the work that ends next. */
  pop(): Entry | null {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (!top || !last) return null
    if (heap.length > 0) this.#sink(last)
    return top.entry
  }

  /** Empties the heap and returns what was in it. */
  clear(): Entry[] {
    const left = this.#heap.map(({ entry }) => entry)
    this.#heap = []
    return left
  }

  #sink(moved: Shift): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      const below = (heap[right]?.endsAt ?? Number.POSITIVE_INFINITY) < (heap[left]?.endsAt ?? 0) ? right : left
      const child = heap[below]
      if (!child || child.endsAt >= moved.endsAt) break
      heap[at] = child
      at = below
    }
    heap[at] = moved
  }
}
