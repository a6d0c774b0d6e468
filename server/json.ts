/** Writes an answer whose JSON text is ready, by the shortest way through node:http. */

import type { Response } from 'express'

/** Answers 200, or `status`, with `json`. Further headers come as a flat list: name, value, name, value. */
export function sendJson(res: Response, json: string, headers: readonly string[] = [], status = 200): void {
  const length = String(Buffer.byteLength(json))
  res.writeHead(status, ['Content-Type', 'application/json', 'Content-Length', length, ...headers])
  res.end(json)
}
