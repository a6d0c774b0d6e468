/**
 * The interceptor meets every request before its handler: session, scenario, outage, capacity, decision, delay, fault.
 * It knows no HTTP: whatever carries requests, over a network or in virtual time, hands it an `InterceptedCall`.
 */

import type { Admission, CapacityRequest } from '../capacity/wait-queue.ts'
import type { ChaosControl } from '../control.ts'
import type { CompiledSettings } from '../decision/compiled-settings.ts'
import { decide } from '../decision/decide.ts'
import type { BucketAnswer, Decision } from '../decision/decision.ts'
import { type RequestContext, type RequestFacts, type RequestRecord, recordOf } from '../decision/request-record.ts'
import type { Session } from '../session/session.ts'
import type { Fault } from '../settings/faults.ts'
import type { CapacitySettings } from '../settings/schema.ts'

/** One request on its way, as what carries it knows it. */
export interface InterceptedCall extends RequestContext {
  readonly session: Session
  /** The settings in force when it arrived: they hold for it, whatever changes meanwhile. */
  readonly compiled: CompiledSettings
  readonly record: RequestRecord
  /** What it came by: tells one connection from another. */
  readonly connection: object
  /** What the interceptor remembers of it; null and false at first. */
  cancelWait: (() => void) | null
  admission: Admission | null
  isHeld: boolean
  /** What the client asks for itself, or null. @throws {Problem} where that cannot be understood */
  forced(): Decision | null
  /** Hands the request to its handler. */
  serve(): void
}

/** What fails and refuses requests of one kind of carrier. */
export interface FaultPerformer<C extends InterceptedCall> {
  /** Does to the request what the fault says. */
  perform(call: C, decision: Decision, fault: Fault): void
  /** Answers that there is no room in the queue, or that the wait was too long. */
  refuse(call: C, whenFull: CapacitySettings['whenFull']): void
  /** Tells a client that a token bucket let through how many tokens are left. */
  announce(call: C, bucket: BucketAnswer): void
}

/** Calls `act` after `waitMs` or on release, unless the request ends before. Waits follow each other, never overlap. */
export function waitThen(call: InterceptedCall, waitMs: number, act: (released: boolean) => void): void {
  call.cancelWait = call.session.requestTimers.after(waitMs, released => {
    call.cancelWait = null
    act(released)
  })
}

/** What becomes of a call that waited; made once for all of them. */
interface AfterQueue<C> {
  run(call: C): void
  refuse(call: C): void
}

/** A call in the capacity model. */
class QueuedCall<C> implements CapacityRequest {
  readonly #call: C
  readonly #after: AfterQueue<C>

  constructor(call: C, after: AfterQueue<C>) {
    this.#call = call
    this.#after = after
  }

  run(): void {
    this.#after.run(this.#call)
  }

  refuse(): void {
    this.#after.refuse(this.#call)
  }
}

export class Interceptor<C extends InterceptedCall> {
  readonly #control: ChaosControl
  readonly #performer: FaultPerformer<C>
  readonly #maxHeld: number
  readonly #maxHeldPerClient: number
  readonly #heldBy = new Map<string, number>()
  readonly #afterQueue: AfterQueue<C> = { run: call => this.#begin(call), refuse: call => this.#refuse(call) }
  #held = 0

  /**
   * @param maxHeld faulted requests that may be held open at once; beyond it they are served and counted as overflow
   * @param maxHeldPerClient the same for the requests of one address
   */
  constructor(control: ChaosControl, performer: FaultPerformer<C>, maxHeld: number, maxHeldPerClient = maxHeld) {
    this.#control = control
    this.#performer = performer
    this.#maxHeld = maxHeld
    this.#maxHeldPerClient = maxHeldPerClient
  }

  /**
   * The session that a request from the address `client` names, brought up to the moment; the default one where it names none.
   * @throws {Problem} where there can be no such session
   */
  session(id: string, client = ''): Session {
    const session = id === '' ? this.#control.sessions.first : this.#control.sessionFor(id, client)
    this.bringUp(session)
    return session
  }

  /** Brings a session up to the moment: does what its scenario has due. */
  bringUp(session: Session): void {
    if (session.scenarioRun?.isDue()) session.scenarioRun.advance()
  }

  /** Writes down that a request has arrived in a session of `session`; `end` must follow. */
  arrive(session: Session, compiled: CompiledSettings, facts: RequestFacts): RequestRecord {
    const now = this.#control.clock.now()
    const counts = compiled.countsAsArrival(facts.key)
    const record = recordOf(session.id, facts, counts ? session.arrivals : -1, now, session.clock.at(now))
    if (counts) session.arrivals += 1
    session.usedAt = now
    session.inFlight += 1
    session.log.started(record)
    return record
  }

  /** Decides about a request that has just arrived, and begins what was decided. @throws {Problem} see `forced` */
  intercept(call: C): void {
    const { session, compiled, record } = call
    session.observer?.arrived(record, call.connection)
    const forced = call.forced()
    if (forced) {
      record.decision = forced
      this.#begin(call)
      return
    }
    const now = record.startedAt
    const outage = this.#control.observeOutage(session, compiled, now)
    const capacity = outage ? null : session.capacity
    if (capacity) {
      call.admission = capacity.enter(new QueuedCall(call, this.#afterQueue), now)
      if (!call.admission) {
        this.#refuse(call)
        return
      }
    }
    record.decision = decide(compiled, outage, record, call, now)
    // What was let into the queue goes on when it has been worked on.
    if (!capacity) this.#begin(call)
  }

  /**
   * The request is over: answered, failed, or left by its client.
   * @param status the HTTP status that was sent, 0 where none was
   * @param complete the answer was sent whole
   */
  end(call: C, status: number, complete: boolean): void {
    const { record, session } = call
    // Nobody but its client ends a request that waits: what releases it ends the wait first.
    const left = !complete && (call.cancelWait !== null || record.outcome === null)
    call.cancelWait?.()
    call.admission?.leave()
    if (call.isHeld) this.#countHeld(call, -1)
    session.inFlight -= 1
    record.endedAt = this.#control.clock.now()
    record.status = status
    if (record.outcome === null) {
      if (!complete) record.outcome = 'aborted'
      else if (status < 400) record.outcome = 'success'
      else record.outcome = status < 500 ? 'clientError' : 'serverError'
    }
    session.log.ended(record)
    session.observer?.ended(record, left)
  }

  #refuse(call: C): void {
    call.record.outcome = 'overload'
    call.record.fault = 'overload'
    this.#performer.refuse(call, call.compiled.settings.capacity?.whenFull ?? 'status')
  }

  /** Waits as long as was decided, then does what was decided. */
  #begin(call: C): void {
    const { delayMs } = call.record.decision
    if (delayMs > 0) waitThen(call, delayMs, () => this.#act(call))
    else this.#act(call)
  }

  #act(call: C): void {
    const { record } = call
    const { fault, bucket } = record.decision
    if (fault && this.#mayFail(call, fault)) {
      record.outcome = 'injected'
      record.fault = fault.kind
      this.#performer.perform(call, record.decision, fault)
    } else {
      if (bucket && !fault) this.#performer.announce(call, bucket)
      call.serve()
    }
  }

  /** False where the fault would hold the request, and too many are held already. */
  #mayFail(call: C, { kind }: Fault): boolean {
    if (kind !== 'hang' && kind !== 'stall' && kind !== 'drip') return true
    const held = this.#heldBy.get(call.client) ?? 0
    call.isHeld = this.#held < this.#maxHeld && held < this.#maxHeldPerClient
    if (call.isHeld) this.#countHeld(call, 1)
    else call.record.overflow = true
    return call.isHeld
  }

  #countHeld(call: C, more: 1 | -1): void {
    this.#held += more
    const held = (this.#heldBy.get(call.client) ?? 0) + more
    if (held > 0) this.#heldBy.set(call.client, held)
    else this.#heldBy.delete(call.client)
  }
}
