/**
 * The interceptor meets every request before its handler: session, scenario, outage, capacity, decision, delay, fault.
 * It knows no HTTP: whatever carries requests, over a network or in virtual time, extends `InterceptedCall`.
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

export type WhenFull = CapacitySettings['whenFull']

export class Interceptor {
  readonly control: ChaosControl
  readonly #maxHeld: number
  #held = 0

  /** @param maxHeld faulted requests that may be held open at once; beyond it they are served and counted as overflow */
  constructor(control: ChaosControl, maxHeld: number) {
    this.control = control
    this.#maxHeld = maxHeld
  }

  /**
   * The session that a request names, brought up to the moment; the default one where it names none.
   * @throws {Problem} where there can be no such session
   */
  session(id: string): Session {
    const session = id === '' ? this.control.sessions.first : this.control.sessionFor(id)
    if (session.scenarioRun?.isDue()) session.scenarioRun.advance()
    return session
  }

  /** Decides about a request that has arrived, and begins what was decided. @throws {Problem} where it forces what cannot be */
  intercept(call: InterceptedCall): void {
    const { session, compiled, record } = call
    const forced = call.forced()
    if (forced) {
      record.decision = forced
      call.run()
      return
    }
    const now = record.startedAt
    const outage = this.control.observeOutage(session, compiled, now)
    const capacity = outage ? null : session.capacity
    if (capacity && !call.admit(capacity.enter(call, now))) return
    record.decision = decide(compiled, outage, record, call, now)
    // What was let into the queue goes on when it has been worked on.
    if (!capacity) call.run()
  }

  /** Leave to hold a request open; false where too many are held already. */
  hold(): boolean {
    if (this.#held >= this.#maxHeld) return false
    this.#held += 1
    return true
  }

  letGo(): void {
    this.#held -= 1
  }
}

/** One request on its way through the interceptor. What carries it says how it is served, failed and refused. */
export abstract class InterceptedCall implements RequestContext, CapacityRequest {
  readonly session: Session
  /** The settings that hold for this request, whatever changes meanwhile. */
  readonly compiled: CompiledSettings
  readonly record: RequestRecord
  readonly #interceptor: Interceptor
  #cancelWait: (() => void) | null = null
  #admission: Admission | null = null
  #isHeld = false

  /** The request has arrived in `session` (of `Interceptor.session`); it must be ended by `end`. */
  constructor(interceptor: Interceptor, session: Session, facts: RequestFacts) {
    const compiled = session.compiled()
    const counts = compiled.countsAsArrival(facts.key)
    const now = interceptor.control.clock.now()
    this.#interceptor = interceptor
    this.session = session
    this.compiled = compiled
    this.record = recordOf(session.id, facts, counts ? session.arrivals : -1, now, session.clock.at(now))
    if (counts) session.arrivals += 1
    session.usedAt = now
    session.inFlight += 1
    session.log.started(this.record)
  }

  abstract readonly client: string
  abstract header(name: string): string | undefined

  /** What the client asks for itself, or null. */
  abstract forced(): Decision | null

  /** Hands the request to its handler. */
  abstract readonly serve: () => void

  /** Does to the request what the fault says. */
  abstract fail(decision: Decision, fault: Fault): void

  /** Answers that there is no room in the queue, or that the wait was too long. */
  abstract sendRefusal(whenFull: WhenFull): void

  /** Tells a client that a token bucket let through how many tokens are left. */
  abstract announce(bucket: BucketAnswer): void

  /** Calls `act` after `waitMs` or on release, unless the request ends before. Waits follow each other, never overlap. */
  wait(waitMs: number, act: (released: boolean) => void): void {
    this.#cancelWait = this.session.requestTimers.after(waitMs, released => {
      this.#cancelWait = null
      act(released)
    })
  }

  /** Notes that the capacity model let it in, or refuses it; whether it is in. */
  admit(admission: Admission | null): boolean {
    this.#admission = admission
    if (!admission) this.refuse()
    return admission !== null
  }

  /** Waits as long as was decided, then does what was decided. */
  run(): void {
    const { delayMs } = this.record.decision
    if (delayMs > 0) this.wait(delayMs, () => this.#act())
    else this.#act()
  }

  /** Refuses a request that the capacity model has no room for. */
  refuse(): void {
    this.record.outcome = 'overload'
    this.record.fault = 'overload'
    this.sendRefusal(this.compiled.settings.capacity?.whenFull ?? 'status')
  }

  /** The handler failed by itself: its answer goes out as it is, and no fault was done. */
  spare(): void {
    this.record.outcome = null
    this.record.fault = ''
  }

  /**
   * The request is over: answered, failed, or left by its client.
   * @param status the HTTP status that was sent, 0 where none was
   * @param complete the answer was sent whole
   */
  end(status: number, complete: boolean): void {
    const { record, session } = this
    this.#cancelWait?.()
    this.#admission?.leave()
    if (this.#isHeld) this.#interceptor.letGo()
    session.inFlight -= 1
    record.endedAt = this.#interceptor.control.clock.now()
    record.status = status
    if (record.outcome === null) {
      if (!complete) record.outcome = 'aborted'
      else if (status < 400) record.outcome = 'success'
      else record.outcome = status < 500 ? 'clientError' : 'serverError'
    }
    session.log.ended(record)
  }

  #act(): void {
    const { record } = this
    const { decision } = record
    const { fault, bucket } = decision
    if (!fault) {
      if (bucket) this.announce(bucket)
      this.serve()
      return
    }
    if (fault.kind === 'hang' || fault.kind === 'stall' || fault.kind === 'drip') {
      this.#isHeld = this.#interceptor.hold()
      record.overflow = !this.#isHeld
      if (record.overflow) {
        this.serve()
        return
      }
    }
    record.outcome = 'injected'
    record.fault = fault.kind
    this.fail(decision, fault)
  }
}
