/** JSON over HTTP: bodies are read within bounds, with a problem for anything else, and answers whose text is ready are sent. */

import express, { type RequestHandler, type Response } from 'express'
import { Problem } from './problem.ts'
import { sendWhole } from './send-whole.ts'

const TYPES = ['application/json', 'application/merge-patch+json']

/** The setting of the app that bounds the bodies of every route, in bytes. */
export const BODY_SETTING = 'body limit'

/** Largest body that is read, in bytes. A whole settings document with 100 rules stays below it. */
export const MAX_JSON_BYTES = 64 * 1024

/**
 * Middleware that leaves the parsed body in `req.body`.
 * 415 for another media type or none, 413 beyond `maxBytes` bytes, 400 for what is not JSON or is empty.
 */
export function jsonBody(maxBytes = MAX_JSON_BYTES): RequestHandler[] {
  let parse: RequestHandler | null = null
  return [
    (req, _res, next) => {
      if (!hasBody(req.headers)) next(new Problem(400, 'The body is empty: send JSON'))
      else if (!req.is(TYPES)) next(new Problem(415, 'Send the body as Content-Type: application/json'))
      else next()
    },
    (req, res, next) => {
      const max = Math.min(maxBytes, Number(req.app.get(BODY_SETTING) ?? maxBytes))
      // Said at once, and not when the last byte of it has come.
      if (Number(req.headers['content-length'] ?? 0) > max) throw new Problem(413, 'The body is too large', CLOSE)
      parse ??= express.json({ type: TYPES, limit: max, strict: false })
      parse(req, res, next)
    },
  ]
}

const CLOSE = { headers: { Connection: 'close' } }

/** Whether a request with these headers has a body: one of a length above zero, or in chunks. */
export function hasBody(headers: Readonly<Record<string, unknown>>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** A body of JSON with the headers that describe it, made once for many answers. */
export interface PreparedJson {
  readonly json: string
  /** A flat list: name, value, name, value. */
  readonly headers: string[]
}

export function prepareJson(json: string, headers: readonly string[] = []): PreparedJson {
  const length = String(Buffer.byteLength(json))
  return { json, headers: ['Content-Type', 'application/json', 'Content-Length', length, ...headers] }
}

/** Answers 200, or `status`, with what is ready, by the shortest way through node:http. */
export function sendPrepared(res: Response, { json, headers }: PreparedJson, status = 200): void {
  sendWhole(res, status, headers, json)
}

/** Answers 200, or `status`, with `json`. Further headers come as a flat list: name, value, name, value. */
export function sendJson(res: Response, json: string, headers: readonly string[] = [], status = 200): void {
  sendPrepared(res, prepareJson(json, headers), status)
}
