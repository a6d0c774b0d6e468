/** A visit to the failure model, for tests of its core. */

import { CALM } from '../../server/chaos/decision/decision.ts'
import type { Visit } from '../../server/chaos/decision/request-record.ts'

/** A request for a product; what matters is given. */
export function visitOf(given: Partial<Visit> = {}): Visit {
  return {
    session: 'default',
    key: null,
    arrival: 0,
    attempt: 0,
    method: 'GET',
    route: '/catalogs/{code}',
    code: '155568600',
    startedAt: 0,
    atMs: 0,
    fate: CALM,
    outcome: null,
    fault: '',
    overflow: false,
    status: 0,
    endedAt: 0,
    ...given,
  }
}

/** A client on this machine that sends no headers. */
export const PEER = { headers: {}, socket: { remoteAddress: '127.0.0.1' } }
