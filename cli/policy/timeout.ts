/** The `timeout` policy: gives a call up when its time has run out. */

import type { Clock } from '../../server/lib/clock.ts'
import { ABORTED, NEVER_SENT, TIMED_OUT, UNSENT } from './answers.ts'
import { duration } from './parameters.ts'
import type { Answer, Policy } from './send.ts'

/** The parameters of `timeout(500ms)`. */
export const TIMEOUT_PARAMETERS = { after: duration('how long a call may take', 2_000, 1, 600_000) } as const

/**
 * Cancels a call that takes longer than `timeoutMs` (above 0) and answers it with `failure: 'timeout'`; with `local` where it
 * took that long to find a connection of this process, which is not the upstream's doing.
 */
export function timeout(clock: Clock, timeoutMs: number): Policy {
  return next => (request, done) => {
    let over = false
    let why: Answer | null = null
    const end = (answer: Answer) => {
      if (over) return
      over = true
      cancelTimer()
      done(why === null ? answer : why === TIMED_OUT && answer === NEVER_SENT ? UNSENT : why)
    }
    const giveUp = (reason: Answer) => {
      if (over) return
      why = reason
      cancelCall()
      end(reason)
    }
    const cancelTimer = clock.after(timeoutMs, () => giveUp(TIMED_OUT))
    const cancelCall = next(request, end)
    return () => giveUp(ABORTED)
  }
}
