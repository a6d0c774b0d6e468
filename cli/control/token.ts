/** The token of a server, handed out only while that server has lately shown itself to be a flaky catalog. */

import type { Clock } from '../../server/lib/clock.ts'
import { exchange, isChallenge, type Reply, sentence } from './exchange.ts'
import { isRecord } from './shapes.ts'

/**
 * The token for the next connection; undefined where the server must not be told one, or there is none.
 * @param anew asks the server again, however lately it has shown what it is: what listened there may have gone
 * @throws {UserError} with code 3 where nothing answers
 */
export type TokenSource = (anew?: boolean) => Promise<string | undefined>

/** For so long another connection is taken to lead to the same server, in milliseconds. */
const PROOF_MS = 500

/** Asks the server at `url`, without the token, what it is, before it is told. */
export function guardedToken(url: URL, token: string, clock: Clock, signal?: AbortSignal): TokenSource {
  let provenAt = Number.NEGATIVE_INFINITY
  return async (anew = false) => {
    if (!anew && clock.now() - provenAt < PROOF_MS) return token
    provenAt = Number.NEGATIVE_INFINITY
    if (!isCatalog(await exchange({ url, method: 'GET', path: '/chaos', signal, clock }))) return undefined
    provenAt = clock.now()
    return token
  }
}

function isCatalog(reply: Reply): boolean {
  return isHello(reply) || (isChallenge(reply) && sentence(reply).includes('CHAOS_TOKEN'))
}

export function isHello({ status, body }: Reply): boolean {
  return status === 200 && isRecord(body) && body.name === 'flaky-catalog'
}
