/** One call on the wire: writes the request, reads the answer to its end and says what it came to. */

import type { Dispatcher } from 'undici'
import { parseRetryAfter } from '../breaker/http-outcome.ts'
import type { Answer, Failure, Outgoing } from '../policy/send.ts'
import { classify } from './classify.ts'
import type { Connection, QueuedCall, ResponseHandler } from './connections.ts'

/** What all calls of a client share. */
export interface CallContext {
  options(request: Outgoing): Dispatcher.DispatchOptions
  /** Tells whether a whole body is what its type and its place promise. */
  bodyIsSound(code: string, contentType: string, body: Uint8Array): boolean
  /** The text of a header's value. */
  textOf(value: Buffer): string
  readonly keepsBodies: boolean
  /** Counts the calls that were really made, and those of them that failed. */
  readonly meter: Meter
  /** Milliseconds since 1970, to read dates in `Retry-After`. */
  wallMs(): number
}

/** Counts calls where they leave this process. */
export interface Meter {
  called(): void
  wasted(): void
}

/** Bodies above this size, in bytes, are read but not looked into. */
const MAX_CHECKED_BYTES = 1_048_576

export class Call implements QueuedCall, ResponseHandler {
  readonly #context: CallContext
  readonly #request: Outgoing
  readonly #done: (answer: Answer) => void
  #connection: Connection | null = null
  #abort: ((reason?: Error) => void) | null = null
  #state: 'waiting' | 'written' | 'over' = 'waiting'
  #status = 0
  #contentType = ''
  #retryAfterMs = 0
  #first: Buffer | null = null
  #more: Buffer[] | null = null
  #size = 0

  constructor(context: CallContext, request: Outgoing, done: (answer: Answer) => void) {
    this.#context = context
    this.#request = request
    this.#done = done
  }

  begin(connection: Connection): { options: Dispatcher.DispatchOptions; handler: ResponseHandler } | null {
    if (this.#state === 'over') return null
    this.#connection = connection
    return { options: this.#context.options(this.#request), handler: this }
  }

  onConnect(abort: (reason?: Error) => void): void {
    if (this.#state === 'over') {
      abort()
      return
    }
    this.#state = 'written'
    this.#abort = abort
    this.#context.meter.called()
  }

  onHeaders(status: number, rawHeaders: Buffer[]): boolean {
    if (status < 200) return true
    this.#status = status
    let date: string | undefined
    let retryAfter: string | undefined
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i]
      const value = rawHeaders[i + 1]
      if (name === undefined || value === undefined) continue
      if (isNamed(name, 'content-type')) this.#contentType = this.#context.textOf(value)
      else if (status < 300) continue
      else if (isNamed(name, 'retry-after')) retryAfter = value.toString('latin1')
      else if (isNamed(name, 'date')) date = value.toString('latin1')
    }
    if (retryAfter !== undefined) this.#retryAfterMs = parseRetryAfter(retryAfter, date, this.#context.wallMs())
    return true
  }

  onData(chunk: Buffer): boolean {
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
    this.#finish(failure, this.#status)
    this.#connection?.release()
  }

  onError(error: Error): void {
    // undici is still taking the broken connection apart: the next call has to wait for it to return.
    queueMicrotask(() => this.#connection?.release())
    if (this.#state === 'over') return
    if (this.#state === 'waiting') this.#context.meter.called()
    this.#finish(classify(error, this.#status !== 0), 0)
  }

  /** Gives the call up: nothing if it is over, else `done` is told and the connection is broken. */
  cancel(): void {
    if (this.#state === 'over') return
    const written = this.#state === 'written'
    this.#finish('aborted', 0, written)
    this.#abort?.()
  }

  #failure(): Failure | null {
    if (this.#status >= 400 && this.#status !== 404) return 'status'
    if (this.#size > MAX_CHECKED_BYTES) return null
    return this.#context.bodyIsSound(this.#request.code, this.#contentType, this.#body()) ? null : 'parse'
  }

  #body(): Buffer {
    if (this.#more) return Buffer.concat(this.#more)
    return this.#first ?? EMPTY
  }

  #finish(failure: Failure | null, status: number, made = true): void {
    this.#state = 'over'
    if (failure !== null && made) this.#context.meter.wasted()
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
