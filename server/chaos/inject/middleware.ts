/** The interceptor as Express middleware: reads a request of the data plane, and says how it ended. */

import type { RequestHandler } from 'express'
import { copyOf, headersOf } from '../../http/request-headers.ts'
import { onEnd } from '../../http/response-end.ts'
import { MAX_CODE_LENGTH } from '../decision/request-record.ts'
import type { Interceptor } from '../intercept/interceptor.ts'
import { ROUTES } from '../settings/schema.ts'
import { HttpCall } from './http-call.ts'

const [COLLECTION, ITEM] = ROUTES

/** `handler` with faults before it; what a request is about is what the router found in it. */
export function withFaults(interceptor: Interceptor<HttpCall>, handler: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (req.method === 'OPTIONS') {
      next()
      return
    }
    const { session: id, key, attempt, forces } = headersOf(req)
    const session = interceptor.session(id, id === '' ? '' : (req.socket.remoteAddress ?? ''))
    const { code: asked } = req.params
    const code = typeof asked === 'string' ? codeOf(asked, req.originalUrl) : ''
    const route = asked === undefined ? COLLECTION : ITEM
    const facts = { key, attempt, method: req.method, route, code }
    const compiled = session.compiled()
    const record = interceptor.arrive(session, compiled, facts)
    const call = new HttpCall(interceptor, session, compiled, record, req, res, handler, next, forces)
    onEnd(res, call)
    interceptor.intercept(call)
  }
}

/** Codes outlive their requests in the journal, so none is a part of a long text. None is a rule's that is longer than those of rules. */
function codeOf(asked: string, url: string): string {
  if (asked.length > MAX_CODE_LENGTH) return ''
  return url.length > MAX_CODE_LENGTH * 2 ? copyOf(asked) : asked
}
