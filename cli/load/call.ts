/** One call on the wire: writes the request, reads the answer to its end and says what it came to. */

import type { Clock } from '../../server/lib/clock.ts'
import { parseRetryAfter } from '../breaker/http-outcome.ts'
import { ABORTED, NEVER_SENT, UNSENT } from '../policy/answers.ts'
import type { Answer, Failure, Outgoing } from '../policy/send.ts'
import type { AnswerHead } from './classify.ts'
import type { Connection, QueuedCall } from './connection.ts'
import type { ResponseHead } from './response-reader.ts'

/** What all calls of a client share. */
export interface CallContext {
  /** The bytes of a request, one by character. */
  bytesOf(request: Outgoing): string
  /** Tells whether a whole body is what its type and its place promise. */
  bodyIsSound(code: string, head: AnswerHead, body: Buffer): boolean
  /** Whether a redirect is an answer like another. */
  readonly allowsRedirects: boolean
  /** Milliseconds that the head of an answer may take, and a silence within its body; 0 for any time. */
  readonly headersTimeoutMs: number
  readonly bodyTimeoutMs: number
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

export class Call implements QueuedCall {
  readonly #context: CallContext
  readonly #request: Outgoing
  readonly #done: (answer: Answer) => void
  #connection: Connection | null = null
  #state: 'waiting' | 'written' | 'over' = 'waiting'
  #head: ResponseHead | null = null
  /** Since when it has waited for a connection; negative for one that was free. */
  #waitingSince = -1
  #writtenAt = 0
  /** It waits because no more connections may be open. */
  #capped = false
  /** The body where it came at once; it is the reader's, and good for as long as the end of the answer is told. */
  #whole: Buffer = EMPTY
  #pieces: Buffer[] | null = null
  #size = 0

  constructor(context: CallContext, request: Outgoing, done: (answer: Answer) => void) {
    this.#context = context
    this.#request = request
    this.#done = done
  }

  /** To be called where it was handed in, and may have to wait. */
  wait(): void {
    if (this.#state !== 'waiting' || this.#connection?.isOpen) return
    this.#waitingSince = this.#context.clock.now()
    this.#capped = this.#connection === null
  }

  take(connection: Connection): boolean {
    if (this.#state === 'over') return false
    this.#connection = connection
    return true
  }

  write(): string | null {
    if (this.#state === 'over') return null
    const { meter, clock, headersTimeoutMs } = this.#context
    this.#state = 'written'
    this.#writtenAt = clock.now()
    meter.called()
    this.#waited()
    if (headersTimeoutMs > 0) this.#connection?.allow(headersTimeoutMs)
    return this.#context.bytesOf(this.#request)
  }

  onHead(head: ResponseHead): void {
    this.#head = head
    this.#allow(this.#context.bodyTimeoutMs)
  }

  onBody(bytes: Buffer, whole: boolean): void {
    if (this.#context.bodyTimeoutMs > 0) this.#allow(this.#context.bodyTimeoutMs)
    this.#size += bytes.length
    if (this.#size > MAX_CHECKED_BYTES) this.#pieces = null
    else if (whole) this.#whole = bytes
    else {
      this.#pieces ??= []
      this.#pieces.push(Buffer.from(bytes))
    }
  }

  onEnd(): void {
    this.#finish(this.#failure(), this.#head?.status ?? 0)
  }

  onFailure(failure: Failure): void {
    if (this.#state === 'over') return
    if (this.#state === 'waiting') this.#context.meter.called()
    this.#finish(failure, 0)
  }

  onLacking(others: number): void {
    this.#capped = true
    this.#connection = null
    if (others > 0 || this.#state === 'over') return
    this.#state = 'over'
    this.#done(UNSENT)
  }

  expire(): void {
    this.#giveUp('timeout')
  }

  /** Gives the call up: nothing if it is over, else `done` is told and the connection is broken. */
  cancel(): void {
    if (this.#state === 'written') this.#giveUp('aborted')
    else if (this.#state === 'waiting') {
      this.#waited()
      this.#state = 'over'
      this.#done(this.#capped ? NEVER_SENT : ABORTED)
    }
  }

  #giveUp(failure: Failure): void {
    if (this.#state !== 'written') return
    const connection = this.#connection
    this.#finish(failure, 0)
    connection?.abandon()
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
    const head = this.#head
    if (head === null) return 'parse'
    const { status } = head
    if (status >= 400 && status !== 404) return 'status'
    if (status >= 300 && status < 400 && status !== 304) {
      this.#context.meter.redirected?.(head.location)
      if (!this.#context.allowsRedirects) return 'redirect'
    }
    if (this.#size > MAX_CHECKED_BYTES) return null
    return this.#context.bodyIsSound(this.#request.code, head, this.#body()) ? null : 'parse'
  }

  #body(): Buffer {
    return this.#pieces === null ? this.#whole : Buffer.concat(this.#pieces)
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
      retryAfterMs: status === 0 ? 0 : this.#retryAfterMs(),
      body: failure === null && this.#context.keepsBodies ? Uint8Array.from(this.#body()) : null,
      ageMs: 0,
    })
  }

  #retryAfterMs(): number {
    const { retryAfter, date } = this.#head ?? {}
    return retryAfter === undefined ? 0 : parseRetryAfter(retryAfter, date, this.#context.wallMs())
  }
}

const EMPTY = Buffer.alloc(0)

/** What nearly every call comes to, made once. */
const OK: Answer = { outcome: 'success', status: 200, failure: null, retryAfterMs: 0, body: null, ageMs: 0 }
