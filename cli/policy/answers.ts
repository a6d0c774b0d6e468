/** The answers that policies give themselves, and what an answer means to a circuit and to a retry. */

import type { Verdict } from '../breaker/circuit.ts'
import type { Answer, Failure } from './send.ts'

/** A failed answer without a status: no complete response came. */
export function failedWith(failure: Failure): Answer {
  return Object.freeze({ outcome: 'failed', status: 0, failure, retryAfterMs: 0, body: null, ageMs: 0 })
}

/** The caller gave the request up. One value for all: nothing in it differs. */
export const ABORTED = failedWith('aborted')
/** The request was given up while every connection that this process may have was busy: it never left. */
export const NEVER_SENT = failedWith('aborted')
/** The time allowed for a call ran out. */
export const TIMED_OUT = failedWith('timeout')
/** The request could not leave: this machine, or `--connections`, allows no further connection. */
export const UNSENT = failedWith('local')
/** The call was not made: too many are in flight, and there is no room to wait. */
export const BULKHEAD_FULL: Answer = Object.freeze({ ...failedWith('bulkhead'), outcome: 'shortCircuited' })

/** The call was not made, because the circuit does not let it pass; `retryAfterMs` says when asking again can succeed. */
export function shortCircuited(retryAfterMs: number): Answer {
  return { outcome: 'shortCircuited', status: 0, failure: null, retryAfterMs, body: null, ageMs: 0 }
}

/**
 * What an answer says about the upstream. 5xx, 429, timeouts and connection or parse errors are failures; a success (a 404
 * among them) is one; another 4xx and a redirect blame the request, an abort the caller, a refusal and a connection that
 * could not be opened this process.
 */
export function verdictOf(answer: Answer): Verdict {
  if (answer.outcome === 'success') return 'ok'
  const { failure } = answer
  if (answer.outcome !== 'failed' || failure === 'aborted' || failure === 'local' || failure === 'redirect')
    return 'ignore'
  if (failure !== 'status') return 'fail'
  return answer.status >= 500 || answer.status === 429 ? 'fail' : 'ignore'
}

/** Whether the same request can fare better a moment later: exactly the failures that blame the upstream. */
export function isPassing(answer: Answer): boolean {
  return verdictOf(answer) === 'fail'
}
