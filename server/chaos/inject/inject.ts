/** Performs a fate on Node's response: every kind of fault as it really looks on the wire. */

import type { ServerResponse } from 'node:http'
import { PROBLEM_TYPE, problemJson } from '../../http/problem.ts'
import type { BucketAnswer, Fate } from '../decision/decision.ts'
import { marker } from '../marker.ts'
import type { Fault, Kind } from '../settings/faults.ts'
import { ms } from '../settings/quantity.ts'
import { type SpoilingFault, spoil } from './body-faults.ts'
import { captureBody } from './capture.ts'
import { type Victim, waitThen } from './http-call.ts'

export interface InjectorOptions {
  readonly wall: () => number
  /** Hides every marker: clients see nothing but the fault itself. */
  readonly stealth: boolean
  /** Faulted requests that may be held open at once; beyond it they are served. */
  readonly mostHeld: number
}

type FaultOf<K extends Kind> = Extract<Fault, { kind: K }>

const HTML = '<!doctype html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>'

export class Injector {
  readonly #options: InjectorOptions
  readonly #bodies = new WeakMap<Fault, { text: string; length: string }>()
  #held = 0

  constructor(options: InjectorOptions) {
    this.#options = options
  }

  /** Requests that are held open by a fault now. */
  get held(): number {
    return this.#held
  }

  /** Does to the request what its fate says; the fate must have a fault. */
  perform(victim: Victim, fate: Fate, fault: Fault): void {
    const { visit, req } = victim
    visit.outcome = 'injected'
    visit.fault = fault.kind
    if (fault.kind === 'status') this.#status(victim, fate, fault)
    else if (fault.kind === 'rate-limit') this.#rateLimit(victim, fate)
    else if (fault.kind === 'wrong-type') this.#answer(victim, fate, 200, 'text/html; charset=utf-8', HTML, [])
    else if (fault.kind === 'reset') req.socket.resetAndDestroy()
    else if (fault.kind === 'empty') req.socket.destroySoon()
    else if (fault.kind === 'garbage') this.#garbage(victim, fate)
    else if (fault.kind === 'truncate' || fault.kind === 'malformed') this.#spoil(victim, fate, fault)
    else if (!this.#mayHold(victim)) return
    else if (fault.kind === 'hang') waitThen(victim, ms(fault.for), () => req.socket.destroySoon())
    else this.#spoil(victim, fate, fault)
  }

  /** Refuses a request that the capacity model has no room for. */
  refuse(victim: Victim, whenFull: 'status' | 'reset'): void {
    const { visit, req, res } = victim
    visit.outcome = 'overload'
    visit.fault = 'overload'
    if (whenFull === 'reset') req.socket.resetAndDestroy()
    else {
      const { stealth } = this.#options
      const detail = stealth ? 'Too busy to answer' : 'Refused: the virtual queue is full or the wait was too long'
      const body = problemJson({ status: 503, detail })
      const marked = stealth ? [] : ['X-Chaos-Fault', 'overload']
      res.writeHead(503, ['Content-Type', PROBLEM_TYPE, 'Content-Length', String(Buffer.byteLength(body)), ...marked])
      res.end(body)
    }
  }

  /** Tells a client that a token bucket let through how many tokens are left. */
  announce(res: ServerResponse, bucket: BucketAnswer): void {
    for (const [name, value] of rateLimitHeaders(bucket)) res.setHeader(name, value)
  }

  #status(victim: Victim, fate: Fate, fault: FaultOf<'status'>): void {
    let body = this.#bodies.get(fault)
    if (!body) {
      const text = problemJson({ status: fault.status, detail: this.#detail() })
      body = { text, length: String(Buffer.byteLength(text)) }
      this.#bodies.set(fault, body)
    }
    const headers = ['Content-Type', PROBLEM_TYPE, 'Content-Length', body.length]
    if (!this.#options.stealth) headers.push('X-Chaos-Fault', marker(fate))
    if (fault.retryAfter) headers.push('Retry-After', this.#retryAfter(ms(fault.retryAfter), fault.retryAfterAs))
    victim.res.writeHead(fault.status, headers)
    victim.res.end(body.text)
  }

  #rateLimit(victim: Victim, fate: Fate): void {
    const { bucket } = fate
    const headers = bucket ? rateLimitHeaders(bucket).flat() : []
    if (bucket) headers.push('Retry-After', this.#retryAfter(bucket.waitMs, 'seconds'))
    const body = problemJson({ status: 429, detail: 'Too many requests: wait as long as Retry-After says' })
    this.#answer(victim, fate, 429, PROBLEM_TYPE, body, headers)
  }

  #answer({ res }: Victim, fate: Fate, status: number, type: string, body: string, more: readonly string[]): void {
    const headers = ['Content-Type', type, 'Content-Length', String(Buffer.byteLength(body)), ...more]
    if (!this.#options.stealth) headers.push('X-Chaos-Fault', marker(fate))
    res.writeHead(status, headers)
    res.end(body)
  }

  /** Bytes that no HTTP parser takes: the first is never a letter. */
  #garbage({ req }: Victim, fate: Fate): void {
    const bytes = Buffer.alloc(64)
    let state = Math.floor(fate.body * 0x1_0000_0000)
    for (let i = 0; i < bytes.length; i += 1) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
      bytes[i] = (state >>> 16) | 0x80
    }
    req.socket.write(bytes)
    req.socket.destroySoon()
  }

  /**
   * Leave to keep a request waiting: false, with the request served instead, where too many are held already.
   * The place is free again once the request has ended.
   */
  #mayHold({ res, visit, serve }: Victim): boolean {
    if (this.#held >= this.#options.mostHeld) {
      visit.outcome = null
      visit.fault = ''
      visit.overflow = true
      serve()
      return false
    }
    this.#held += 1
    res.once('close', () => {
      this.#held -= 1
    })
    return true
  }

  /** Faults of the body: the handler answers, and what it says is spoilt on its way. */
  #spoil(victim: Victim, fate: Fate, fault: SpoilingFault): void {
    const { res, visit, serve } = victim
    const spoilt = (body: Buffer) => {
      if (!this.#options.stealth) res.setHeader('X-Chaos-Fault', marker(fate))
      spoil(victim, body, fault, fate.body)
    }
    captureBody(res, spoilt, () => {
      visit.outcome = null
      visit.fault = ''
    })
    serve()
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

/** `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10. */
function rateLimitHeaders(bucket: BucketAnswer): [string, string][] {
  return [
    ['RateLimit-Policy', `"default";q=${bucket.limit};w=${bucket.periodS}`],
    ['RateLimit', `"default";r=${bucket.remaining};t=${Math.ceil(bucket.waitMs / 1_000)}`],
  ]
}
