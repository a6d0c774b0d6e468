/** Requests to the failure model, for tests of its core. */

import { type RequestContext, type RequestRecord, recordOf } from '../../server/chaos/decision/request-record.ts'

/** The record of a request for a product; what matters is given. */
export function requestRecord(given: Partial<RequestRecord> = {}): RequestRecord {
  const facts = { key: null, attempt: 0, method: 'GET', route: '/catalogs/{code}', code: '155568600' }
  return { ...recordOf('default', facts, 0, 0, 0), ...given }
}

/** What a client sent, from this machine unless said otherwise. */
export function contextOf(headers: Readonly<Record<string, string>> = {}, client = '127.0.0.1'): RequestContext {
  return { header: name => (Object.hasOwn(headers, name) ? headers[name] : undefined), client }
}
