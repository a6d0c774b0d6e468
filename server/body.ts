/** Reads JSON bodies: JSON only, of bounded size, and a problem for anything else. */

import express, { type RequestHandler } from 'express'
import { Problem } from './problem.ts'

const TYPES = ['application/json', 'application/merge-patch+json']

/** Largest body that is read, in bytes. A whole settings document with 100 rules stays below it. */
export const BODY_LIMIT = 64 * 1024

/**
 * Middleware that leaves the parsed body in `req.body`.
 * 415 for another media type or none, 413 beyond `limit` bytes, 400 for what is not JSON or is empty.
 */
export function jsonBody(limit = BODY_LIMIT): RequestHandler[] {
  return [
    (req, _res, next) => {
      if (!hasBody(req.headers)) next(new Problem(400, 'The body is empty: send JSON'))
      else if (!req.is(TYPES)) next(new Problem(415, 'Send the body as Content-Type: application/json'))
      else next()
    },
    express.json({ type: TYPES, limit, strict: false }),
  ]
}

function hasBody(headers: Readonly<Record<string, unknown>>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
