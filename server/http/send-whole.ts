/** Sends an answer that is ready as a whole, by the shortest way through node:http. */

import type { ServerResponse } from 'node:http'

/**
 * Sends status, headers and body. The headers are a flat list (name, value, name, value) with the length of the body.
 *
 * `end(body)` would hand the socket a second, empty piece, and send both as a list: 1.1 microseconds of processor more than
 * one text that leaves at once.
 */
export function sendWhole(res: ServerResponse, status: number, headers: string[], body: string): void {
  res.writeHead(status, headers)
  res.write(body)
  // An answer in line behind others has no socket yet.
  res.socket?.uncork()
  res.end()
}
