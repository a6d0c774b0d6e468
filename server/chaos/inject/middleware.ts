/** The interceptor as Express middleware: reads a request of the data plane, and says how it ended. */

import type { RequestHandler } from 'express'
import { copyOf, headersOf } from '../../http/request-headers.ts'
import type { Interceptor } from '../intercept/interceptor.ts'
import { HttpCall } from './http-call.ts'

const COLLECTION = '/catalogs'
const ITEM = '/catalogs/{code}'
const SLASH = 47
const MAX_CODE_LENGTH = 128

/** Faults for the routes that it is mounted on. */
export function faultMiddleware(interceptor: Interceptor<HttpCall>): RequestHandler {
  return (req, res, next) => {
    if (req.method === 'OPTIONS') {
      next()
      return
    }
    const { session: id, key, attempt, forces } = headersOf(req)
    const session = interceptor.session(id)
    const code = codeOf(req.originalUrl)
    const route = code !== '' ? ITEM : isCollection(req.originalUrl) ? COLLECTION : 'other'
    const facts = { key, attempt, method: req.method, route, code }
    const compiled = session.compiled()
    const record = interceptor.arrive(session, compiled, facts)
    const call = new HttpCall(session, compiled, record, req, res, next, forces)
    res.on('close', () => interceptor.end(call, res.headersSent ? res.statusCode : 0, res.writableFinished))
    interceptor.intercept(call)
  }
}

/** The product code in a URL, or an empty string. Codes outlive their requests in the journal, so none is a part of a long text. */
function codeOf(url: string): string {
  if (url.charCodeAt(COLLECTION.length) !== SLASH || !url.startsWith(COLLECTION)) return ''
  const query = url.indexOf('?')
  const code = url.slice(COLLECTION.length + 1, query < 0 ? url.length : query)
  if (code.length > MAX_CODE_LENGTH || code.includes('/')) return ''
  return url.length > MAX_CODE_LENGTH * 2 ? copyOf(code) : code
}

function isCollection(url: string): boolean {
  return url === COLLECTION || url.startsWith(`${COLLECTION}?`)
}
