/**
 * Reading in turns: what one turn of the event loop takes from connections that send many requests at once is bounded, so that
 * a client who sends one request does not wait until the bursts of all others have been parsed.
 */

import type { Server } from 'node:http'
import type { Socket } from 'node:net'

export class ReadingTurns {
  readonly #sockets = new Set<Socket>()
  /** Those that sent many requests at once. */
  readonly #bursting = new WeakSet<Socket>()
  /** Those that are not read now: the kernel, and then the client, keeps what they send. */
  readonly #held = new Set<Socket>()
  /** Of them those that the next turn reads again. */
  #next: Socket[] = []
  /** And those that are read again one a turn, in their order. */
  readonly #queue = new Set<Socket>()
  #isOver = false

  /** Follows the connections of a server. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      // Whoever reads a body lets the whole connection flow.
      socket.on('resume', () => {
        if (this.#held.has(socket)) socket.pause()
      })
      // Node.js makes an error for each request of a connection that closes: with stacks, a long pipeline would take a tenth of a second.
      let stackTraceLimit = 0
      socket.prependListener('close', () => {
        stackTraceLimit = Error.stackTraceLimit
        Error.stackTraceLimit = 0
      })
      socket.once('close', () => {
        Error.stackTraceLimit = stackTraceLimit
        this.#sockets.delete(socket)
        this.#held.delete(socket)
        this.#queue.delete(socket)
      })
    })
  }

  /** Nobody is read any more before the next turn: the sockets that have something by now are among those. */
  endTurn(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const socket of this.#sockets) {
      if (this.#held.has(socket)) continue
      this.#hold(socket)
      if (this.#bursting.has(socket)) this.#queue.add(socket)
      else this.#next.push(socket)
    }
  }

  /** A connection that has sent many requests at once is not read until `release`. */
  holdBurst(socket: Socket): void {
    this.#bursting.add(socket)
    this.#queue.delete(socket)
    if (!this.#held.has(socket)) this.#hold(socket)
  }

  /** It may be read again when its turn comes. */
  release(socket: Socket): void {
    if (this.#held.has(socket)) this.#queue.add(socket)
  }

  /**
   * Begins a turn: it reads those that the last one left out, and in the absence of such one of those that sent bursts.
   * @param hasRoom whether it may read one of them
   * @returns whether some wait for another turn
   */
  beginTurn(hasRoom: boolean): boolean {
    this.#isOver = false
    const sockets = this.#next
    this.#next = []
    for (const socket of sockets) this.#read(socket)
    const [first] = this.#queue
    if (first && hasRoom && sockets.length === 0) this.#read(first)
    return this.#queue.size > 0
  }

  #hold(socket: Socket): void {
    this.#held.add(socket)
    socket.pause()
  }

  #read(socket: Socket): void {
    this.#queue.delete(socket)
    if (this.#held.delete(socket)) socket.resume()
  }
}
