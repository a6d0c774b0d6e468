/** A request to the failure model as it comes over HTTP. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BucketAnswer, Decision } from '../decision/decision.ts'
import type { RequestFacts } from '../decision/request-record.ts'
import { InterceptedCall, type Interceptor, type WhenFull } from '../intercept/interceptor.ts'
import type { Session } from '../session/session.ts'
import type { Fault } from '../settings/faults.ts'
import { forcedDecision, mayForce } from './forced.ts'

/** Performs on Node's response what was decided. */
export interface FaultPerformer {
  perform(call: HttpCall, decision: Decision, fault: Fault): void
  refuse(call: HttpCall, whenFull: WhenFull): void
  announce(res: ServerResponse, bucket: BucketAnswer): void
}

export class HttpCall extends InterceptedCall {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Hands the request to its handler. */
  readonly serve: () => void
  readonly #forces: boolean
  readonly #performer: FaultPerformer

  /** @param forces whether a header asks for a fault */
  constructor(
    interceptor: Interceptor,
    session: Session,
    facts: RequestFacts,
    forces: boolean,
    performer: FaultPerformer,
    req: IncomingMessage,
    res: ServerResponse,
    serve: () => void,
  ) {
    super(interceptor, session, facts)
    this.req = req
    this.res = res
    this.serve = serve
    this.#forces = forces
    this.#performer = performer
  }

  get client(): string {
    return this.req.socket.remoteAddress ?? ''
  }

  header(name: string): string | undefined {
    const { headers } = this.req
    return Object.hasOwn(headers, name) ? String(headers[name]) : undefined
  }

  forced(): Decision | null {
    return this.#forces && mayForce(this) ? forcedDecision(this.compiled, this.record, this) : null
  }

  fail(decision: Decision, fault: Fault): void {
    this.#performer.perform(this, decision, fault)
  }

  sendRefusal(whenFull: WhenFull): void {
    this.#performer.refuse(this, whenFull)
  }

  announce(bucket: BucketAnswer): void {
    this.#performer.announce(this.res, bucket)
  }
}
