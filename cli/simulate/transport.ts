/**
 * The way from a client to a simulated server and back, in virtual time: connections, round trips, and what a client sees of
 * each fault. It stands for HTTP alone; what the server makes of a request, its interceptor decides as for a real one.
 */

import type { Admission } from '../../server/chaos/capacity/wait-queue.ts'
import type { CompiledSettings } from '../../server/chaos/decision/compiled-settings.ts'
import type { Decision } from '../../server/chaos/decision/decision.ts'
import { MAX_CODE_LENGTH, type RequestRecord } from '../../server/chaos/decision/request-record.ts'
import { DRIPS, type SpoilingFault } from '../../server/chaos/inject/body-faults.ts'
import { forcedDecision, mayForce } from '../../server/chaos/inject/forced.ts'
import {
  type FaultPerformer,
  type InterceptedCall,
  type Interceptor,
  waitThen,
} from '../../server/chaos/intercept/interceptor.ts'
import type { Session } from '../../server/chaos/session/session.ts'
import type { Fault } from '../../server/chaos/settings/faults.ts'
import { ms } from '../../server/chaos/settings/quantity.ts'
import { type CapacitySettings, ROUTES } from '../../server/chaos/settings/schema.ts'
import type { Ticket, Timer } from '../../server/lib/clock.ts'
import { Problem } from '../../server/lib/problem.ts'
import type { Meter } from '../load/call.ts'
import { ABORTED, failedWith, NEVER_SENT } from '../policy/answers.ts'
import type { Answer, Failure, Outgoing, Send } from '../policy/send.ts'
import type { VirtualClock } from './virtual-clock.ts'

const [, ITEM] = ROUTES
const SECOND_MS = 1_000
/** Calls that have left the line, after which it is made compact. */
const MAX_PASSED = 4_096

/** What all calls of an arm share. */
export interface TransportOptions {
  readonly clock: VirtualClock
  readonly interceptor: Interceptor<SimulatedCall>
  /** The session that the calls belong to. */
  readonly session: string
  readonly method: string
  /** By names in small letters. */
  readonly headers: ReadonlyMap<string, string>
  /** Whether there is a product with this code. */
  readonly knows: (code: string) => boolean
  /** Most connections in use at once. */
  readonly connections: number
  /** Milliseconds from a call to its answer, beside what the server makes it wait; above 0. */
  readonly roundTripMs: () => number
  readonly meter: Meter
}

/** The connections of an arm: each carries one call at a time, and the rest wait in order. */
export class SimulatedClient {
  readonly options: TransportOptions
  /** A header asks for a fault. */
  readonly forces: boolean
  readonly #statuses = new Map<string, number>()
  readonly #session: Session
  #waiting: WaitingCall[] = []
  #head = 0
  #free: number

  constructor(options: TransportOptions) {
    this.options = options
    const names = [...options.headers.keys()]
    this.forces = names.some(name => name === 'x-chaos-force' || name.startsWith('x-envoy-fault-'))
    this.#session = options.interceptor.session(options.session)
    this.#free = options.connections
  }

  readonly send: Send = (request, done) => {
    if (this.#free > 0) {
      this.#free--
      const call = this.begin(request, done)
      return () => call.cancel()
    }
    const waiting = new WaitingCall(this, request, done)
    this.#waiting.push(waiting)
    return () => waiting.cancel()
  }

  /** A call leaves, and is at the server at once: all of its round trip is the way back. */
  begin(request: Outgoing, done: (answer: Answer) => void): SimulatedCall {
    const { interceptor, method, meter } = this.options
    const session = this.#session
    meter.called()
    const { key, attempt, code: asked } = request
    const code = asked.length > MAX_CODE_LENGTH ? '' : asked
    interceptor.bringUp(session)
    const compiled = session.compiled()
    const facts = { key, attempt, method, route: ITEM, code }
    const record = interceptor.arrive(session, compiled, facts)
    const call = new SimulatedCall(this, session, compiled, record, asked, done)
    if (this.forces) call.interceptForced()
    else interceptor.intercept(call)
    return call
  }

  /** Hands a connection to the next call in the line that somebody still waits for. */
  release(): void {
    for (let next = this.#waiting[this.#head]; next; next = this.#waiting[this.#head]) {
      this.#head++
      if (this.#head === this.#waiting.length || this.#head > MAX_PASSED) {
        this.#waiting = this.#waiting.slice(this.#head)
        this.#head = 0
      }
      if (next.begin()) return
    }
    this.#free++
  }

  /** What the handler answers; it is asked once for each code. */
  statusOf(code: string): number {
    let status = this.#statuses.get(code)
    if (status === undefined) {
      status = this.options.knows(code) ? 200 : 404
      this.#statuses.set(code, status)
    }
    return status
  }
}

/** A call for which no connection is free. */
class WaitingCall {
  readonly #client: SimulatedClient
  readonly #request: Outgoing
  readonly #done: (answer: Answer) => void
  #call: SimulatedCall | null = null
  #unwanted = false

  constructor(client: SimulatedClient, request: Outgoing, done: (answer: Answer) => void) {
    this.#client = client
    this.#request = request
    this.#done = done
  }

  /** False where nobody waits for it any more. */
  begin(): boolean {
    if (this.#unwanted) return false
    this.#call = this.#client.begin(this.#request, this.#done)
    return true
  }

  cancel(): void {
    if (this.#call) this.#call.cancel()
    else if (!this.#unwanted) {
      this.#unwanted = true
      this.#done(NEVER_SENT)
    }
  }
}

const NO_CONNECTION = {}

/** One call, on both sides: what its client waits for, and what the interceptor does with it. */
export class SimulatedCall implements InterceptedCall, Timer {
  /** Nobody observes simulated requests. */
  readonly connection = NO_CONNECTION
  readonly session: Session
  readonly compiled: CompiledSettings
  readonly record: RequestRecord
  cancelWait: (() => void) | null = null
  admission: Admission | null = null
  isHeld = false
  /** The status of a head that has been sent before its body; 0 before. */
  headStatus = 0
  readonly #client: SimulatedClient
  /** The code, however long. */
  readonly #asked: string
  readonly #done: (answer: Answer) => void
  ticket: Ticket = null
  /** What is on its way back. */
  #answer: Answer = ABORTED
  #isAtServer = true
  #isOver = false

  constructor(
    client: SimulatedClient,
    session: Session,
    compiled: CompiledSettings,
    record: RequestRecord,
    asked: string,
    done: (answer: Answer) => void,
  ) {
    this.session = session
    this.compiled = compiled
    this.record = record
    this.#asked = asked
    this.#client = client
    this.#done = done
  }

  /** What the handler would answer. */
  get status(): number {
    return this.#client.statusOf(this.#asked)
  }

  get client(): string {
    return '127.0.0.1'
  }

  header(name: string): string | undefined {
    const { key, attempt, session } = this.record
    if (name === 'x-chaos-key') return key ?? undefined
    if (name === 'x-chaos-attempt') return attempt === 0 ? undefined : String(attempt)
    if (name === 'x-chaos-session') return session
    return this.#client.options.headers.get(name)
  }

  forced(): Decision | null {
    return this.#client.forces && mayForce(this) ? forcedDecision(this.compiled, this.record, this) : null
  }

  /** What asks for a fault that nobody understands is refused. */
  interceptForced(): void {
    try {
      this.#client.options.interceptor.intercept(this)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const { status } = error.fields
      this.refuse(status)
    }
  }

  serve(): void {
    const { status } = this
    if (status === 200) this.answer(FOUND, 200)
    else this.refuse(status)
  }

  /** Nothing but a head is answered. */
  get isHead(): boolean {
    return this.record.method === 'HEAD'
  }

  /** The server answers whole, with an error. A product that does not exist is an answer like another. */
  refuse(status: number, retryAfterMs = 0): void {
    if (status === 404) this.answer(withRest(NOT_FOUND, retryAfterMs), 404)
    else this.answer(withRest(statusAnswer(status), retryAfterMs), status)
  }

  /** The server has answered whole. */
  answer(answer: Answer, status: number): void {
    this.#leaveServer(status, true)
    this.#travel(answer)
  }

  /** The connection breaks before the answer is whole. */
  breakOff(answer: Answer): void {
    this.#leaveServer(this.headStatus, false)
    this.#travel(answer)
  }

  /** The client gives the call up: the connection is broken, and the server sees it. */
  cancel(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#client.options.meter.wasted()
    this.#done(ABORTED)
    if (this.#isAtServer) this.#leaveServer(this.headStatus, false)
    this.#client.release()
  }

  #leaveServer(status: number, complete: boolean): void {
    this.#isAtServer = false
    this.#client.options.interceptor.end(this, status, complete)
  }

  #travel(answer: Answer): void {
    const { clock, roundTripMs } = this.#client.options
    this.#answer = answer
    clock.start(roundTripMs(), this)
  }

  /** What is on its way arrives, unless nobody waits for it any more. */
  due(): void {
    if (this.#isOver) return
    this.#isOver = true
    const answer = this.#answer
    if (answer.failure !== null) this.#client.options.meter.wasted()
    this.#done(answer)
    this.#client.release()
  }
}

/** Each fault as the client of a run sees it: what `load/call` and `load/classify` make of its bytes. */
export class CallPerformer implements FaultPerformer<SimulatedCall> {
  readonly #wallMs: () => number

  /** @param wallMs milliseconds since 1970, for dates in `Retry-After` */
  constructor(wallMs: () => number) {
    this.#wallMs = wallMs
  }

  perform(call: SimulatedCall, { bucket }: Decision, fault: Fault): void {
    const { kind } = fault
    if (kind === 'status') call.refuse(fault.status, this.#restMs(fault))
    else if (kind === 'rate-limit') call.refuse(429, wholeSeconds(bucket?.waitMs ?? 0))
    else if (kind === 'wrong-type') call.answer(NO_JSON, 200)
    else if (kind === 'reset' || kind === 'empty') call.breakOff(RESET)
    else if (kind === 'garbage') call.breakOff(NO_HTTP)
    else if (kind === 'hang') waitThen(call, ms(fault.for), () => call.breakOff(RESET))
    else spoil(call, fault)
  }

  refuse(call: SimulatedCall, whenFull: CapacitySettings['whenFull']): void {
    if (whenFull === 'reset') call.breakOff(RESET)
    else call.refuse(503)
  }

  announce(): void {}

  /** A date is a whole second, and so is the `Date` of the answer that it is counted from. */
  #restMs({ retryAfter, retryAfterAs }: Extract<Fault, { kind: 'status' }>): number {
    if (retryAfter === undefined) return 0
    const restMs = ms(retryAfter)
    if (retryAfterAs === 'seconds') return wholeSeconds(restMs)
    const now = this.#wallMs()
    return wholeSeconds(now + restMs) - Math.floor(now / SECOND_MS) * SECOND_MS
  }
}

/** Faults of the body. Where there is none to spoil, nothing is answered. */
function spoil(call: SimulatedCall, fault: SpoilingFault): void {
  const { status } = call
  if (call.isHead) call.breakOff(RESET)
  else if (fault.kind === 'malformed') call.answer(broken('parse', status), status)
  else {
    call.headStatus = status
    if (fault.kind === 'truncate') call.breakOff(TRUNCATED)
    else if (fault.kind === 'stall') waitThen(call, ms(fault.for), () => call.breakOff(TRUNCATED))
    else waitThen(call, dripMs(fault), released => (released ? call.breakOff(TRUNCATED) : call.serve()))
  }
}

/** Each wait between two pieces is a whole number of milliseconds. */
function dripMs({ over }: Extract<Fault, { kind: 'drip' }>): number {
  return (DRIPS - 1) * Math.ceil(ms(over) / (DRIPS - 1))
}

const FOUND = success(200)
const NOT_FOUND = success(404)
/** A whole answer that is not what it says it is. */
const NO_JSON = broken('parse', 200)
const RESET = failedWith('reset')
const NO_HTTP = failedWith('parse')
const TRUNCATED = failedWith('truncated')

const statusAnswers = new Map<number, Answer>()

/** The answer of a status that is an error, made once. */
function statusAnswer(status: number): Answer {
  let known = statusAnswers.get(status)
  if (!known) {
    known = broken('status', status)
    statusAnswers.set(status, known)
  }
  return known
}

function withRest(answer: Answer, retryAfterMs: number): Answer {
  return retryAfterMs > 0 ? { ...answer, retryAfterMs } : answer
}

function success(status: number): Answer {
  return Object.freeze({ ...failedWith('other'), outcome: 'success', status, failure: null })
}

function broken(failure: Failure, status: number): Answer {
  return Object.freeze({ ...failedWith(failure), status })
}

/** As `Retry-After` says it. */
function wholeSeconds(restMs: number): number {
  return Math.ceil(restMs / SECOND_MS) * SECOND_MS
}
