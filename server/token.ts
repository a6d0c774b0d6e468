/** The lock on the control plane: changes need the token, where one is set. */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { Problem } from './problem.ts'

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Lets changes through that carry `Authorization: Bearer <token>`; 401 for the others. */
export function tokenGuard(token: string): RequestHandler {
  const expected = digest(token)
  return (req, _res, next) => {
    const [, given = ''] = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '') ?? []
    // Digests have one length and are compared in constant time: the answer's timing tells nothing of the token.
    if (READING.has(req.method) || timingSafeEqual(digest(given), expected)) next()
    else next(new Problem(401, NEEDED, { headers: { 'WWW-Authenticate': 'Bearer' } }))
  }
}

const NEEDED = 'This server is locked: send Authorization: Bearer with the CHAOS_TOKEN that it was started with'

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
