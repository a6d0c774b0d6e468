/** A request to the failure model as it comes over HTTP. */

import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { EndListener } from '../../http/response-end.ts'
import type { CompiledSettings } from '../decision/compiled-settings.ts'
import type { Decision } from '../decision/decision.ts'
import type { RequestRecord } from '../decision/request-record.ts'
import type { InterceptedCall, Interceptor } from '../intercept/interceptor.ts'
import type { Session } from '../session/session.ts'
import { forcedDecision, mayForce } from './forced.ts'

export class HttpCall implements InterceptedCall, EndListener {
  readonly #interceptor: Interceptor<HttpCall>
  readonly session: Session
  readonly compiled: CompiledSettings
  readonly record: RequestRecord
  readonly req: Request
  readonly res: Response
  readonly #handler: RequestHandler
  readonly #next: NextFunction
  cancelWait: InterceptedCall['cancelWait']
  admission: InterceptedCall['admission']
  isHeld: boolean
  /** A header asks for a fault. */
  readonly forces: boolean

  constructor(
    interceptor: Interceptor<HttpCall>,
    session: Session,
    compiled: CompiledSettings,
    record: RequestRecord,
    req: Request,
    res: Response,
    handler: RequestHandler,
    next: NextFunction,
    forces: boolean,
  ) {
    this.#interceptor = interceptor
    this.session = session
    this.compiled = compiled
    this.record = record
    this.req = req
    this.res = res
    this.#handler = handler
    this.#next = next
    this.cancelWait = null
    this.admission = null
    this.isHeld = false
    this.forces = forces
  }

  get connection(): object {
    return this.req.socket
  }

  get client(): string {
    return this.req.socket.remoteAddress ?? ''
  }

  header(name: string): string | undefined {
    const { headers } = this.req
    return Object.hasOwn(headers, name) ? String(headers[name]) : undefined
  }

  /** What the handler throws is handled as Express would, which does not see it where the request waited. */
  serve(): void {
    try {
      void this.#handler(this.req, this.res, this.#next)
    } catch (error) {
      this.#next(error)
    }
  }

  ended(): void {
    const { res } = this
    this.#interceptor.end(this, res.headersSent ? res.statusCode : 0, res.writableFinished)
  }

  forced(): Decision | null {
    return this.forces && mayForce(this) ? forcedDecision(this.compiled, this.record, this) : null
  }
}
