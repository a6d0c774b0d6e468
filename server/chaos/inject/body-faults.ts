/** Spoils the body of an answer on its way out: cut, stalled, dripped, or no longer JSON. */

import { waitThen } from '../intercept/interceptor.ts'
import type { Fault } from '../settings/faults.ts'
import { ms } from '../settings/quantity.ts'
import type { HttpCall } from './http-call.ts'

export type SpoilingFault = Extract<Fault, { kind: 'stall' | 'truncate' | 'malformed' | 'drip' }>

/** Pieces in which a dripping body is sent. */
export const DRIPS = 20

/** Sends `body` the wrong way. Status and headers are set; `draw` in [0, 1) is the chance in it. */
export function spoil(call: HttpCall, body: Buffer, fault: SpoilingFault, draw: number): void {
  const { req, res } = call
  // Where there is no body to spoil, the answer is not sent at all.
  if (body.length < 2 || req.method === 'HEAD') req.socket.destroySoon()
  else if (fault.kind === 'malformed') malformed(call, body, draw)
  else {
    res.setHeader('Content-Length', body.length)
    if (fault.kind === 'truncate') truncate(call, body, fault.afterBytes)
    else if (fault.kind === 'drip') drip(call, body, ms(fault.over))
    else {
      res.flushHeaders()
      waitThen(call, ms(fault.for), () => req.socket.destroySoon())
    }
  }
}

/** The cut is after the first byte and before the last: no such part of an object or an array is JSON. */
function malformed({ res }: HttpCall, body: Buffer, draw: number): void {
  const cut = body.subarray(0, 1 + Math.floor(draw * (body.length - 1)))
  res.setHeader('Content-Length', cut.length)
  res.end(cut)
}

function truncate({ req, res }: HttpCall, body: Buffer, afterBytes: number): void {
  const sent = Math.min(afterBytes, body.length - 1)
  if (sent > 0) res.write(body.subarray(0, sent))
  else res.flushHeaders()
  req.socket.destroySoon()
}

/** The first piece leaves at once, the last when `overMs` have passed. */
function drip(call: HttpCall, body: Buffer, overMs: number): void {
  const { req, res } = call
  const pieces = Math.min(DRIPS, body.length)
  const send = (piece: number) => {
    const bytes = body.subarray(
      Math.floor((piece * body.length) / pieces),
      Math.floor(((piece + 1) * body.length) / pieces),
    )
    if (piece === pieces - 1) {
      res.end(bytes)
      return
    }
    res.write(bytes)
    waitThen(call, overMs / (pieces - 1), released => {
      if (released) req.socket.destroySoon()
      else send(piece + 1)
    })
  }
  send(0)
}
