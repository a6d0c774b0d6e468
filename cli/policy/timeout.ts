/** The `timeout` policy: gives a call up when its time has run out. */

import type { Clock } from '../../server/lib/clock.ts'
import { ABORTED, TIMED_OUT } from './answers.ts'
import { duration } from './parameters.ts'
import type { Answer, Policy } from './send.ts'

/** The parameters of `timeout(500ms)`. */
export const TIMEOUT_PARAMETERS = { after: duration('how long a call may take', 2_000, 1, 600_000) } as const

export interface TimeoutOptions {
  readonly clock: Clock
  /** Milliseconds a call may take, more than 0. */
  readonly timeoutMs: number
}

/** Cancels a call that takes longer than `timeoutMs` and answers it with `failure: 'timeout'`. */
export function timeout({ clock, timeoutMs }: TimeoutOptions): Policy {
  return {
    name: 'timeout',
    wrap: next => (request, done) => {
      let over = false
      const end = (answer: Answer) => {
        if (over) return
        over = true
        cancelTimer()
        done(answer)
      }
      const giveUp = (answer: Answer) => {
        if (over) return
        over = true
        cancelTimer()
        cancelCall()
        done(answer)
      }
      const cancelTimer = clock.after(timeoutMs, () => giveUp(TIMED_OUT))
      const cancelCall = next(request, end)
      return () => giveUp(ABORTED)
    },
  }
}
