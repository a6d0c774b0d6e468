/** A client of the event stream: better-sse speaks to it, and one that does not read is dropped. */

import { createSession, type EventBuffer, type Session } from 'better-sse'
import type { Request, Response } from 'express'
import type { Clock } from '../lib/clock.ts'

/**
 * Bytes that may wait for a client for longer than a moment, in this process, beside those that greeted it: a browser
 * that sleeps must not fill the memory.
 */
export const MAX_WAITING = 512 * 1024
/** Bytes beyond those that may wait for a moment only. */
const MAX_BURST = 1_536 * 1024
/** The moment, in milliseconds: more than a client that reads takes for a burst. */
const MAX_BURST_MS = 2_000
/** How soon a browser comes back after a broken connection, in milliseconds. */
const RETRY_MS = 1_000

/**
 * Opens the stream. Null where the client is gone already.
 * @param left is called once, when the connection is over
 */
export async function openListener(
  req: Request,
  res: Response,
  clock: Clock,
  left: () => void,
): Promise<Listener | null> {
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
  return new Listener(session, res, clock, req.query.board === '1')
}

/** Somebody who listens. */
export class Listener {
  /** Wants the counts of every session once a second. */
  readonly board: boolean
  readonly #session: Session
  readonly #res: Response
  readonly #clock: Clock
  /** Bytes that may wait before it is suspected of not reading. */
  #maxWaiting = MAX_WAITING
  /** Takes the suspicion back; null where there is none. */
  #forgive: (() => void) | null = null
  /** Since it was suspected its socket had a turn. */
  #warned = false

  constructor(session: Session, res: Response, clock: Clock, board: boolean) {
    this.board = board
    this.#session = session
    this.#res = res
    this.#clock = clock
    const forgive = () => this.#forgive?.()
    res.on('drain', forgive)
    res.once('close', forgive)
  }

  /** What a client hears first is as long as it is, and no sign that it does not read. */
  greet(frames: readonly EventBuffer[]): void {
    for (const frame of frames) {
      this.#maxWaiting += frame.read().length
      this.send(frame)
    }
  }

  /** Who is gone, or is dropped because it does not read, gets nothing. */
  send(frame: EventBuffer): void {
    if (!this.#session.isConnected || this.#res.destroyed) return
    void this.#session.batch(frame)
    const waiting = this.#res.writableLength
    if (waiting <= this.#maxWaiting) return
    if (this.#forgive === null) this.#suspect()
    else if (this.#warned && waiting > this.#maxWaiting + MAX_BURST) this.#res.destroy()
  }

  end(): void {
    this.#res.end()
  }

  /** Drops it, unless everything has left for it by then. */
  #suspect(): void {
    let turn = setImmediate(() => {
      // The first may come before any socket does.
      turn = setImmediate(() => {
        this.#warned = true
      })
    })
    const cancel = this.#clock.after(MAX_BURST_MS, () => {
      // Its sockets come first: what became late while the loop was busy is no fault of the client.
      turn = setImmediate(() => this.#res.destroy())
    })
    this.#forgive = () => {
      this.#forgive = null
      this.#warned = false
      clearImmediate(turn)
      cancel()
    }
  }
}
