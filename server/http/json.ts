/** Reads JSON bodies: JSON only, of bounded size, and a problem for anything else. */

import express, { type RequestHandler } from 'express'
import { Problem } from './problem.ts'

const TYPES = ['application/json', 'application/merge-patch+json']

/** The setting of the app that bounds the bodies of every route, in bytes. */
export const BODY_SETTING = 'body limit'

/** Largest body that is read, in bytes. A whole settings document with 100 rules stays below it. */
export const BODY_LIMIT = 64 * 1024

/**
 * Middleware that leaves the parsed body in `req.body`.
 * 415 for another media type or none, 413 beyond `limit` bytes, 400 for what is not JSON or is empty.
 */
export function jsonBody(limit = BODY_LIMIT): RequestHandler[] {
  let parse: RequestHandler | null = null
  return [
    (req, _res, next) => {
      if (!hasBody(req.headers)) next(new Problem(400, 'The body is empty: send JSON'))
      else if (!req.is(TYPES)) next(new Problem(415, 'Send the body as Content-Type: application/json'))
      else next()
    },
    (req, res, next) => {
      const most = Math.min(limit, Number(req.app.get(BODY_SETTING) ?? limit))
      // Said at once, and not when the last byte of it has come.
      if (Number(req.headers['content-length'] ?? 0) > most) throw new Problem(413, 'The body is too large', CLOSE)
      parse ??= express.json({ type: TYPES, limit: most, strict: false })
      parse(req, res, next)
    },
  ]
}

const CLOSE = { headers: { Connection: 'close' } }

function hasBody(headers: Readonly<Record<string, unknown>>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
