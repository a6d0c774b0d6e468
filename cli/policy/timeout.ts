/** The `timeout` policy: gives a call up when its time has run out. */

import type { Clock } from '../../server/lib/clock.ts'
import { ABORTED, TIMED_OUT } from './answers.ts'
import { duration } from './parameters.ts'
import { type Answer, nothing, type Policy } from './send.ts'

/** The parameters of `timeout(500ms)`. */
export const TIMEOUT_PARAMETERS = { after: duration('how long a call may take', 2_000, 1, 600_000) } as const

/** Cancels a call that takes longer than `timeoutMs` (above 0) and answers it with `failure: 'timeout'`. */
export function timeout(clock: Clock, timeoutMs: number): Policy {
  return next => (request, done) => {
    let over = false
    const end = (answer: Answer, stop = nothing) => {
      if (over) return
      over = true
      cancelTimer()
      stop()
      done(answer)
    }
    const cancelTimer = clock.after(timeoutMs, () => end(TIMED_OUT, cancelCall))
    const cancelCall = next(request, end)
    return () => end(ABORTED, cancelCall)
  }
}
