/** The `bulkhead` policy: so many calls in flight and no more, so that a slow upstream cannot take everything. */

import { ABORTED, BULKHEAD_FULL } from './answers.ts'
import { count, type Values } from './parameters.ts'
import { type Answer, type Cancel, nothing, type Outgoing, type Policy } from './send.ts'

/** The parameters of `bulkhead(10)`. */
export const BULKHEAD_PARAMETERS = {
  max: count('calls in flight', 10, 1, 1_000_000),
  queue: count('requests that wait for a place; the rest are refused at once', 0, 0, 1_000_000),
} as const

/** A request that waits for a place, and then has it. */
interface Waiting {
  readonly request: Outgoing
  readonly done: (answer: Answer) => void
  cancel: Cancel | null
  unwanted: boolean
}

/** Short-circuits with `failure: 'bulkhead'` at once where there is neither a place nor room to wait. First come, first served. */
export function bulkhead({ max, queue }: Values<typeof BULKHEAD_PARAMETERS>): Policy {
  return next => {
    const line = new Set<Waiting>()
    let taken = 0
    let pumping = false
    return (request, done) => {
      if (taken < max && line.size === 0) return start(request, done)
      if (line.size >= queue) {
        done(BULKHEAD_FULL)
        return nothing
      }
      const waiting: Waiting = { request, done, cancel: null, unwanted: false }
      line.add(waiting)
      return () => {
        if (line.delete(waiting)) done(ABORTED)
        else if (waiting.cancel) waiting.cancel()
        else waiting.unwanted = true
      }
    }

    function start(request: Outgoing, done: (answer: Answer) => void): Cancel {
      taken++
      return next(request, answer => {
        taken--
        pump()
        done(answer)
      })
    }

    /** A loop, not a recursion: an upstream that answers at once must not deepen the stack by each request that waited. */
    function pump(): void {
      if (pumping) return
      pumping = true
      for (const waiting of line) {
        if (taken >= max) break
        line.delete(waiting)
        waiting.cancel = start(waiting.request, waiting.done)
        if (waiting.unwanted) waiting.cancel()
      }
      pumping = false
    }
  }
}
