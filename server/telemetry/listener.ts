/** A client of the event stream: better-sse speaks to it, and one that does not read is dropped. */

import { createSession, type EventBuffer } from 'better-sse'
import type { Request, Response } from 'express'
import type { Listener } from './channel.ts'

/** Bytes that may wait for a client, in this process: a browser that sleeps must not fill the memory. */
export const MOST_WAITING = 512 * 1024
/** How soon a browser comes back after a broken connection, in milliseconds. */
const RETRY_MS = 1_000

/**
 * Opens the stream. Null where the client is gone already.
 * @param left is called once, when the connection is over
 */
export async function openListener(req: Request, res: Response, left: () => void): Promise<Listener | null> {
  // No timer of its own: the heartbeat comes from the channel's.
  const session = await createSession(req, res, {
    retry: RETRY_MS,
    keepAlive: null,
    headers: { 'Cache-Control': 'no-store' },
  })
  if (res.destroyed || res.closed) {
    left()
    return null
  }
  res.once('close', left)
  return {
    board: req.query.board === '1',
    send(event: EventBuffer): boolean {
      if (!session.isConnected || res.destroyed) return false
      void session.batch(event)
      if (res.writableLength <= MOST_WAITING) return true
      res.destroy()
      return false
    },
    end() {
      res.end()
    },
  }
}
