/** Performs a decision on Node's response: every kind of fault as it really looks on the wire. */

import type { Socket } from 'node:net'
import { PROBLEM_TYPE, problemJson } from '../../http/problem.ts'
import { sendWhole } from '../../http/send-whole.ts'
import type { BucketAnswer, Decision } from '../decision/decision.ts'
import { type FaultPerformer, waitThen } from '../intercept/interceptor.ts'
import type { Fault, Kind } from '../settings/faults.ts'
import { ms } from '../settings/quantity.ts'
import type { CapacitySettings } from '../settings/schema.ts'
import { type SpoilingFault, spoil } from './body-faults.ts'
import { captureBody } from './capture.ts'
import type { HttpCall } from './http-call.ts'

export interface InjectorOptions {
  readonly wall: () => number
  /** Hides every marker: clients see nothing but the fault itself. */
  readonly stealth: boolean
}

type FaultOf<K extends Kind> = Extract<Fault, { kind: K }>

const NO_MORE: readonly string[] = []
const HTML = '<!doctype html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>'

export class Injector implements FaultPerformer<HttpCall> {
  readonly #options: InjectorOptions
  readonly #failures = new WeakMap<FaultOf<'status'>, PreparedFailure>()

  constructor(options: InjectorOptions) {
    this.#options = options
  }

  perform(call: HttpCall, decision: Decision, fault: Fault): void {
    const { req } = call
    if (fault.kind === 'status') this.#status(call, decision, fault)
    else if (fault.kind === 'rate-limit') this.#rateLimit(call, decision)
    else if (fault.kind === 'wrong-type') this.#answer(call, decision, 200, 'text/html; charset=utf-8', HTML, [])
    else if (fault.kind === 'reset') reset(req.socket)
    else if (fault.kind === 'empty') req.socket.destroySoon()
    else if (fault.kind === 'garbage') this.#garbage(call, decision)
    else if (fault.kind === 'hang') waitThen(call, ms(fault.for), () => req.socket.destroySoon())
    else this.#spoil(call, decision, fault)
  }

  refuse({ req, res }: HttpCall, whenFull: CapacitySettings['whenFull']): void {
    if (whenFull === 'reset') {
      reset(req.socket)
      return
    }
    const { stealth } = this.#options
    const detail = stealth ? 'Too busy to answer' : 'Refused: the virtual queue is full or the wait was too long'
    const body = problemJson({ status: 503, detail })
    const marked = stealth ? [] : ['X-Chaos-Fault', 'overload']
    const headers = ['Content-Type', PROBLEM_TYPE, 'Content-Length', String(Buffer.byteLength(body)), ...marked]
    sendWhole(res, 503, headers, body)
  }

  announce({ res }: HttpCall, bucket: BucketAnswer): void {
    for (const [name, value] of rateLimitHeaders(bucket)) res.setHeader(name, value)
  }

  #status(call: HttpCall, decision: Decision, fault: FaultOf<'status'>): void {
    let failure = this.#failures.get(fault)
    if (!failure) {
      failure = new PreparedFailure(problemJson({ status: fault.status, detail: this.#detail() }))
      this.#failures.set(fault, failure)
    }
    const headers = this.#options.stealth ? failure.headers : failure.markedHeaders(decision)
    const more = fault.retryAfter
      ? ['Retry-After', this.#retryAfter(ms(fault.retryAfter), fault.retryAfterAs)]
      : NO_MORE
    sendWhole(call.res, fault.status, more.length > 0 ? [...headers, ...more] : headers, failure.body)
  }

  #rateLimit(call: HttpCall, decision: Decision): void {
    const { bucket } = decision
    const headers = bucket ? rateLimitHeaders(bucket).flat() : []
    if (bucket) headers.push('Retry-After', this.#retryAfter(bucket.waitMs, 'seconds'))
    const body = problemJson({ status: 429, detail: 'Too many requests: wait as long as Retry-After says' })
    this.#answer(call, decision, 429, PROBLEM_TYPE, body, headers)
  }

  #answer(
    { res }: HttpCall,
    decision: Decision,
    status: number,
    type: string,
    body: string,
    more: readonly string[],
  ): void {
    const headers = ['Content-Type', type, 'Content-Length', String(Buffer.byteLength(body)), ...more]
    if (!this.#options.stealth) headers.push('X-Chaos-Fault', marker(decision))
    sendWhole(res, status, headers, body)
  }

  /** Bytes that no HTTP parser takes: the first is never a letter. */
  #garbage({ req }: HttpCall, decision: Decision): void {
    const bytes = Buffer.alloc(64)
    let state = Math.floor(decision.body * 0x1_0000_0000)
    for (let i = 0; i < bytes.length; i += 1) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
      bytes[i] = (state >>> 16) | 0x80
    }
    req.socket.write(bytes)
    req.socket.destroySoon()
  }

  /** Faults of the body: the handler answers, and what it says is spoilt on its way. */
  #spoil(call: HttpCall, decision: Decision, fault: SpoilingFault): void {
    const spoilt = (body: Buffer) => {
      if (!this.#options.stealth) call.res.setHeader('X-Chaos-Fault', marker(decision))
      spoil(call, body, fault, decision.body)
    }
    captureBody(call.res, spoilt, () => {
      call.record.outcome = null
      call.record.fault = ''
    })
    call.serve()
  }

  #retryAfter(waitMs: number, form: 'seconds' | 'date'): string {
    if (form === 'date') return new Date(Math.ceil((this.#options.wall() + waitMs) / 1_000) * 1_000).toUTCString()
    return String(Math.ceil(waitMs / 1_000))
  }

  #detail(): string {
    return this.#options.stealth
      ? 'The request could not be completed'
      : 'Injected by the failure model, as it was told to'
  }
}

/** The answer of a status fault, ready to be sent. */
class PreparedFailure {
  readonly body: string
  /** A flat list. */
  readonly headers: string[]
  /** Headers with the marker of decisions by `#rule` at `#rate`, by their draw in hundredths. */
  #marked: string[][] = []
  #rule = ''
  #rate = Number.NaN

  constructor(body: string) {
    this.body = body
    this.headers = ['Content-Type', PROBLEM_TYPE, 'Content-Length', String(Buffer.byteLength(body))]
  }

  markedHeaders(decision: Decision): string[] {
    const { cause, rule, rate, draw } = decision
    if (cause !== 'draw') return [...this.headers, 'X-Chaos-Fault', marker(decision)]
    if (rule !== this.#rule || rate !== this.#rate) {
      this.#marked = []
      this.#rule = rule
      this.#rate = rate
    }
    const hundredths = Math.floor(draw * 100)
    const marked = this.#marked[hundredths] ?? [...this.headers, 'X-Chaos-Fault', marker(decision)]
    this.#marked[hundredths] = marked
    return marked
  }
}

/**
 * Resets a connection. One that an earlier request of its pipeline is ending is closed: the system takes no reset for it
 * any more, and Node.js would lose its handle and never say that it closed.
 */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

/** `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10. */
function rateLimitHeaders(bucket: BucketAnswer): [string, string][] {
  return [
    ['RateLimit-Policy', `"default";q=${bucket.limit};w=${bucket.periodS}`],
    ['RateLimit', `"default";r=${bucket.remaining};t=${Math.ceil(bucket.waitMs / 1_000)}`],
  ]
}

/** Two digits are enough for a header; the journal has all of them. Cut, not rounded: 0.699 is below 0.70. */
const DRAWS = Array.from({ length: 100 }, (_, hundredths) => `0.${String(hundredths).padStart(2, '0')}`)

/** The header `X-Chaos-Fault`, for example `status; rate=70; draw=0.12`, `reset; outage` or `status; rule=poison; rate=100; draw=0.55`. */
export function marker(decision: Decision): string {
  const kind = decision.fault?.kind ?? 'none'
  if (decision.cause !== 'draw') return `${kind}; ${decision.cause}`
  const rule = decision.rule === 'failRate' ? '' : `rule=${decision.rule}; `
  return `${kind}; ${rule}rate=${decision.rate}; draw=${DRAWS[Math.floor(decision.draw * 100)] ?? '0.99'}`
}
