/** An upstream that answers when a test says so, and the answers it gives. */

import type { Answer, Cancel, Failure, Outgoing, Send } from '../../../cli/policy/send.ts'

/** One call that reached the upstream. */
export interface Call {
  readonly request: Outgoing
  readonly over: boolean
  /** True when the call was given up from outside. */
  readonly cancelled: boolean
  answer(answer: Answer): void
}

export class Upstream {
  readonly calls: Call[] = []

  /** The upstream as the innermost Send; each call stays open until it is answered or cancelled. */
  readonly send: Send = (request, done) => {
    let over = false
    let cancelled = false
    const end = (answer: Answer) => {
      if (over) return
      over = true
      done(answer)
    }
    this.calls.push({
      request,
      get over() {
        return over
      },
      get cancelled() {
        return cancelled
      },
      answer: end,
    })
    return () => {
      if (!over) cancelled = true
      end(failed('aborted'))
    }
  }

  get open(): Call[] {
    return this.calls.filter(call => !call.over)
  }

  /** The call that was made `position`th, from 0; the last one when left out. */
  call(position = this.calls.length - 1): Call {
    const call = this.calls[position]
    if (!call) throw new Error(`call ${position} was not made: there are ${this.calls.length}`)
    return call
  }
}

export function request(index = 0, code = 'jj2a97g940'): Outgoing {
  return { index, key: `7-${index}`, attempt: 0, code }
}

export function success(body: string | null = null): Answer {
  const bytes = body === null ? null : new TextEncoder().encode(body)
  return { outcome: 'success', status: 200, failure: null, retryAfterMs: 0, body: bytes, ageMs: 0 }
}

export function failed(failure: Failure, status = 0, retryAfterMs = 0): Answer {
  return { outcome: 'failed', status, failure, retryAfterMs, body: null, ageMs: 0 }
}

/** What a full bulkhead answers: the call is not made. */
export function crowdedOut(): Answer {
  return { ...failed('bulkhead'), outcome: 'shortCircuited' }
}

/** Sends and keeps every answer that came, so that a second one is seen. */
export function collect(send: Send, outgoing: Outgoing): { answers: Answer[]; cancel: Cancel } {
  const answers: Answer[] = []
  const cancel = send(outgoing, answer => answers.push(answer))
  return { answers, cancel }
}
