/** Cuts connections of slow readers: clients that read nothing of what waits for them. A timer for each connection would cost a tenth of every request. */

import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Between two checks, in milliseconds: a client that reads nothing is cut at the second check that finds it so. */
const CHECK_EVERY_MS = 150_000

/** Checks the connections of a server until it closes. */
export function cutSlowReaders(server: Server, everyMs = CHECK_EVERY_MS): void {
  /** Bytes that had been sent on each connection at the last check; a write counts when it has left as a whole. */
  const sentBytes = new Map<Socket, number>()
  server.on('connection', (socket: Socket) => {
    sentBytes.set(socket, -1)
    socket.once('close', () => sentBytes.delete(socket))
  })
  const timer = setInterval(() => {
    for (const [socket, before] of sentBytes) {
      const now = socket.bytesWritten - socket.writableLength
      if (socket.writableLength > 0 && now === before) socket.destroy()
      else sentBytes.set(socket, now)
    }
  }, everyMs)
  timer.unref()
  server.on('close', () => clearInterval(timer))
}
