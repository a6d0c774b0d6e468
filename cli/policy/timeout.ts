/** The `timeout` policy: gives a call up when its time has run out. */

import { type Clock, startTimer, stopTimer, type Ticket, type Timer } from '../../server/lib/clock.ts'
import { ABORTED, NEVER_SENT, TIMED_OUT, UNSENT } from './answers.ts'
import { duration } from './parameters.ts'
import { type Answer, type Cancel, nothing, type Policy } from './send.ts'

/** The parameters of `timeout(500ms)`. */
export const TIMEOUT_PARAMETERS = { after: duration('how long a call may take', 2_000, 1, 600_000) } as const

/**
 * Cancels a call that takes longer than `timeoutMs` (above 0) and answers it with `failure: 'timeout'`; with `local` where it
 * took that long to find a connection of this process, which is not the upstream's doing.
 */
export function timeout(clock: Clock, timeoutMs: number): Policy {
  return next => (request, done) => {
    const call = new TimedCall(clock, done)
    startTimer(clock, timeoutMs, call)
    call.cancelCall = next(request, answer => call.end(answer))
    return () => call.giveUp(ABORTED)
  }
}

/** A call whose time is limited. */
class TimedCall implements Timer {
  ticket: Ticket = null
  cancelCall: Cancel = nothing
  readonly #clock: Clock
  #done: (answer: Answer) => void
  #over = false
  #why: Answer | null = null

  constructor(clock: Clock, done: (answer: Answer) => void) {
    this.#clock = clock
    this.#done = done
  }

  due(): void {
    this.giveUp(TIMED_OUT)
  }

  giveUp(reason: Answer): void {
    if (this.#over) return
    this.#why = reason
    this.cancelCall()
    this.end(reason)
  }

  end(answer: Answer): void {
    if (this.#over) return
    this.#over = true
    stopTimer(this.#clock, this)
    const why = this.#why
    const done = this.#done
    // A clock may keep a timer that was stopped until its moment would have come.
    this.#done = nothing
    this.cancelCall = nothing
    done(why === null ? answer : why === TIMED_OUT && answer === NEVER_SENT ? UNSENT : why)
  }
}
