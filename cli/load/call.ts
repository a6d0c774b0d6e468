/** One call on the wire: writes the request, reads the answer to its end and says what it came to. */

import type { Dispatcher } from 'undici'
import type { Clock } from '../../server/lib/clock.ts'
import { ownLimit } from '../../server/lib/own-limit.ts'
import { parseRetryAfter } from '../breaker/http-outcome.ts'
import { ABORTED, NEVER_SENT, UNSENT } from '../policy/answers.ts'
import type { Answer, Failure, Outgoing } from '../policy/send.ts'
import { type AnswerHead, classify } from './classify.ts'
import type { Connection, QueuedCall } from './connections.ts'

/** What all calls of a client share. */
export interface CallContext {
  options(request: Outgoing): Dispatcher.DispatchOptions
  /** Tells whether a whole body is what its type and its place promise. */
  bodyIsSound(code: string, head: AnswerHead, body: Buffer): boolean
  /** Whether a redirect is an answer like another. */
  readonly allowsRedirects: boolean
  /** Milliseconds that the head of an answer may take, and a silence within its body; 0 for any time. */
  readonly headersTimeoutMs: number
  readonly bodyTimeoutMs: number
  /** The text of a header's value. */
  textOf(value: Buffer): string
  readonly keepsBodies: boolean
  /** Counts the calls that were really made, and those of them that failed. */
  readonly meter: Meter
  readonly clock: Clock
  /** Milliseconds since 1970, to read dates in `Retry-After`. */
  wallMs(): number
}

/** Counts calls where they leave this process. */
export interface Meter {
  called(): void
  wasted(): void
  /**
   * A call was written, or given up, after it had waited `ms` for a connection.
   * @param capped all connections that there may be were busy; else one was being opened
   */
  waited?(ms: number, capped: boolean): void
  /** A call was answered, and not with a failure, `ms` after it was written. */
  answered?(ms: number): void
  /** This machine could not give a connection beside `open` others, for want of `lacking`; what it was told last holds. */
  limited?(lacking: string, open: number): void
  /** An answer was a redirect. */
  redirected?(location: string): void
}

/** Bodies above this size, in bytes, are read but not looked into. */
const MAX_CHECKED_BYTES = 1_048_576

export class Call implements QueuedCall, AnswerHead {
  readonly #context: CallContext
  readonly #request: Outgoing
  readonly #done: (answer: Answer) => void
  #connection: Connection | null = null
  #abort: ((reason?: Error) => void) | null = null
  #state: 'waiting' | 'written' | 'over' = 'waiting'
  status = 0
  contentType = ''
  encoded = false
  #location = ''
  #retryAfterMs = 0
  /** Since when it has waited for a connection; negative for one that was free. */
  #waitingSince = -1
  #writtenAt = 0
  /** It waits because no more connections may be open. */
  #capped = false
  #first: Buffer | null = null
  #more: Buffer[] | null = null
  #size = 0

  constructor(context: CallContext, request: Outgoing, done: (answer: Answer) => void) {
    this.#context = context
    this.#request = request
    this.#done = done
  }

  /** To be called where it was neither written nor ended at once. */
  wait(): void {
    if (this.#state !== 'waiting') return
    this.#waitingSince = this.#context.clock.now()
    this.#capped = this.#connection === null
  }

  get awaitsHead(): boolean {
    return this.status === 0
  }

  begin(connection: Connection): Dispatcher.DispatchOptions | null {
    if (this.#state === 'over') return null
    this.#connection = connection
    return this.#context.options(this.#request)
  }

  onConnect(abort: (reason?: Error) => void): void {
    if (this.#state === 'over') {
      abort()
      return
    }
    const { meter, clock, headersTimeoutMs } = this.#context
    this.#state = 'written'
    this.#writtenAt = clock.now()
    this.#abort = abort
    meter.called()
    this.#waited()
    if (headersTimeoutMs > 0) this.#connection?.allow(headersTimeoutMs)
  }

  onHeaders(status: number, rawHeaders: Buffer[]): boolean {
    if (status < 200) return true
    this.status = status
    let date: string | undefined
    let retryAfter: string | undefined
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]
      const value = rawHeaders[i + 1]
      if (name === undefined || value === undefined) continue
      if (isNamed(name, 'content-type')) this.contentType = this.#context.textOf(value)
      else if (isNamed(name, 'content-encoding')) this.encoded = value.toString('latin1').trim() !== 'identity'
      else if (status < 300) continue
      else if (isNamed(name, 'location')) this.#location = value.toString('latin1')
      else if (isNamed(name, 'retry-after')) retryAfter = value.toString('latin1')
      else if (isNamed(name, 'date')) date = value.toString('latin1')
    }
    if (retryAfter !== undefined) this.#retryAfterMs = parseRetryAfter(retryAfter, date, this.#context.wallMs())
    this.#allow(this.#context.bodyTimeoutMs)
    return true
  }

  onData(chunk: Buffer): boolean {
    if (this.#context.bodyTimeoutMs > 0) this.#allow(this.#context.bodyTimeoutMs)
    this.#size += chunk.length
    if (this.#size > MAX_CHECKED_BYTES) this.#more = null
    else if (this.#first === null) this.#first = chunk
    else {
      this.#more ??= [this.#first]
      this.#more.push(chunk)
    }
    return true
  }

  onComplete(): void {
    const failure = this.#failure()
    this.#finish(failure, this.status)
    this.#connection?.release()
  }

  onError(error: Error): void {
    const connection = this.#connection
    const lacking = this.#state === 'written' ? null : ownLimit(error)
    if (lacking !== null && connection) {
      this.#giveBack(connection, lacking)
      return
    }
    // undici is still taking the broken connection apart: the next call has to wait for it to return.
    queueMicrotask(() => connection?.release())
    if (this.#state === 'over') return
    if (this.#state === 'waiting') this.#context.meter.called()
    this.#finish(classify(error, this.status !== 0), 0)
  }

  expire(): void {
    if (this.#state !== 'written') return
    this.#finish('timeout', 0)
    this.#abort?.()
  }

  /** Gives the call up: nothing if it is over, else `done` is told and the connection is broken. */
  cancel(): void {
    if (this.#state === 'over') return
    if (this.#state === 'written') this.#finish('aborted', 0)
    else {
      this.#waited()
      this.#state = 'over'
      this.#done(this.#capped ? NEVER_SENT : ABORTED)
    }
    this.#abort?.()
  }

  /** This machine has no more connections: it waits for another, or ends where there is none. */
  #giveBack(connection: Connection, lacking: string): void {
    this.#capped = true
    this.#connection = null
    const others = connection.giveBack(this.#state === 'over' ? null : this, lacking)
    if (others > 0 || this.#state === 'over') return
    this.#state = 'over'
    this.#done(UNSENT)
  }

  #waited(): void {
    if (this.#waitingSince < 0) return
    this.#context.meter.waited?.(this.#context.clock.now() - this.#waitingSince, this.#capped)
    this.#waitingSince = -1
  }

  #allow(ms: number): void {
    const { headersTimeoutMs, bodyTimeoutMs } = this.#context
    if (headersTimeoutMs > 0 || bodyTimeoutMs > 0) this.#connection?.allow(ms)
  }

  #failure(): Failure | null {
    const status = this.status
    if (status >= 400 && status !== 404) return 'status'
    if (status >= 300 && status < 400 && status !== 304) {
      this.#context.meter.redirected?.(this.#location)
      if (!this.#context.allowsRedirects) return 'redirect'
    }
    if (this.#size > MAX_CHECKED_BYTES) return null
    return this.#context.bodyIsSound(this.#request.code, this, this.#body()) ? null : 'parse'
  }

  #body(): Buffer {
    if (this.#more) return Buffer.concat(this.#more)
    return this.#first ?? EMPTY
  }

  #finish(failure: Failure | null, status: number): void {
    this.#state = 'over'
    this.#allow(0)
    if (failure !== null) this.#context.meter.wasted()
    else this.#context.meter.answered?.(this.#context.clock.now() - this.#writtenAt)
    if (failure === null && status === 200 && !this.#context.keepsBodies) {
      this.#done(OK)
      return
    }
    this.#done({
      outcome: failure === null ? 'success' : 'failed',
      status,
      failure,
      retryAfterMs: this.#retryAfterMs,
      body: failure === null && this.#context.keepsBodies ? Uint8Array.from(this.#body()) : null,
      ageMs: 0,
    })
  }
}

const EMPTY = Buffer.alloc(0)

/** What nearly every call comes to, made once. */
const OK: Answer = { outcome: 'success', status: 200, failure: null, retryAfterMs: 0, body: null, ageMs: 0 }

/** Most headers differ in length or in their first letter: only what is left is made a string. */
function isNamed(name: Buffer, wanted: string): boolean {
  if (name.length !== wanted.length || ((name[0] ?? 0) | 0x20) !== wanted.charCodeAt(0)) return false
  return name.toString('latin1').toLowerCase() === wanted
}
