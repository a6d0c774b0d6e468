/** Cuts connections whose client reads nothing of what waits for it. A timer for each connection would cost a tenth of every request. */

import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Between two looks, in milliseconds: a client that reads nothing is cut at the second look that finds it so. */
const LOOK_MS = 150_000

/** Looks at the connections of a server until it closes. */
export function cutDeaf(server: Server, everyMs = LOOK_MS): void {
  /** Bytes that had left for each connection at the last look; a write counts when it has left as a whole. */
  const left = new Map<Socket, number>()
  server.on('connection', (socket: Socket) => {
    left.set(socket, -1)
    socket.once('close', () => left.delete(socket))
  })
  const looks = setInterval(() => {
    for (const [socket, before] of left) {
      const now = socket.bytesWritten - socket.writableLength
      if (socket.writableLength > 0 && now === before) socket.destroy()
      else left.set(socket, now)
    }
  }, everyMs)
  looks.unref()
  server.on('close', () => clearInterval(looks))
}
