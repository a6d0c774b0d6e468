/** The `bulkhead` policy: so many calls in flight and no more, so that a slow upstream cannot take everything. */

import { ABORTED, BULKHEAD_FULL } from './answers.ts'
import { count } from './parameters.ts'
import type { Answer, Cancel, Outgoing, Policy, Send } from './send.ts'

/** The parameters of `bulkhead(10)`. */
export const BULKHEAD_PARAMETERS = {
  max: count('calls in flight', 10, 1, 1_000_000),
  queue: count('requests that wait for a place; the rest are refused at once', 0, 0, 1_000_000),
} as const

export interface BulkheadOptions {
  /** Calls in flight, at least 1. */
  readonly max: number
  /** Requests that may wait for a place, first come first served; 0 for none. */
  readonly queue: number
}

/** Short-circuits with `failure: 'bulkhead'` at once where there is neither a place nor room to wait. */
export function bulkhead({ max, queue }: BulkheadOptions): Policy {
  return { name: 'bulkhead', wrap: next => new Bulkhead(next, max, queue).send }
}

/** A request that waits for a place, and then has it. */
interface Waiting {
  readonly request: Outgoing
  readonly done: (answer: Answer) => void
  cancel: Cancel | null
  unwanted: boolean
}

class Bulkhead {
  readonly #next: Send
  readonly #max: number
  readonly #maxWaiting: number
  readonly #queue = new Set<Waiting>()
  #taken = 0
  #pumping = false

  constructor(next: Send, max: number, maxWaiting: number) {
    this.#next = next
    this.#max = max
    this.#maxWaiting = maxWaiting
  }

  readonly send: Send = (request, done) => {
    if (this.#taken < this.#max && this.#queue.size === 0) return this.#start(request, done)
    if (this.#queue.size >= this.#maxWaiting) {
      done(BULKHEAD_FULL)
      return nothing
    }
    const waiting: Waiting = { request, done, cancel: null, unwanted: false }
    this.#queue.add(waiting)
    return () => {
      if (this.#queue.delete(waiting)) done(ABORTED)
      else if (waiting.cancel) waiting.cancel()
      else waiting.unwanted = true
    }
  }

  #start(request: Outgoing, done: (answer: Answer) => void): Cancel {
    this.#taken++
    return this.#next(request, answer => {
      this.#taken--
      this.#pump()
      done(answer)
    })
  }

  /** A loop, not a recursion: an upstream that answers at once must not deepen the stack by each request that waited. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    for (const waiting of this.#queue) {
      if (this.#taken >= this.#max) break
      this.#queue.delete(waiting)
      waiting.cancel = this.#start(waiting.request, waiting.done)
      if (waiting.unwanted) waiting.cancel()
    }
    this.#pumping = false
  }
}

function nothing(): void {}
