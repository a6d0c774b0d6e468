/** Ends a server without ending a request: accepts no more, lets what has begun finish, and closes idle connections. */

import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../lib/clock.ts'

/** Between two checks for connections that became idle, in milliseconds. */
const CHECK_EVERY_MS = 25

/** Keeps the connections of a server, so that those that never said anything need not be waited for. */
export class Drain {
  readonly #server: Server
  readonly #clock: Clock
  readonly #sockets = new Set<Socket>()

  constructor(server: Server, clock: Clock) {
    this.#server = server
    this.#clock = clock
    server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  /**
   * Resolves when the last connection has closed. After `graceMs` milliseconds those that are left are cut.
   * Answers given meanwhile tell the client to close its connection.
   */
  async end(graceMs: number): Promise<void> {
    let cancelCheck: () => void = () => {}
    const closeIdle = () => {
      this.#server.closeIdleConnections()
      cancelCheck = this.#clock.after(CHECK_EVERY_MS, closeIdle)
    }
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.#server.prependListener('request', (_req, res: ServerResponse) => {
      res.shouldKeepAlive = false
    })
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
    const cancelCut = this.#clock.after(graceMs, () => this.#server.closeAllConnections())
    closeIdle()
    await closed
    cancelCheck()
    cancelCut()
  }
}
