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
  /** Of them those that the next turns read again, the oldest first. */
  #next: Socket[] = []
  /** So many of them the last turn read again: twice as many as the one before, and one after a turn that was ended. */
  #count = 1
  /** Whether it took the newest. */
  #tookNewest = false
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
    this.#next = []
    for (const socket of this.#sockets) {
      const isHeld = this.#held.has(socket)
      if (!isHeld) this.#hold(socket)
      if (!this.#bursting.has(socket)) this.#next.push(socket)
      else if (!isHeld) this.#queue.add(socket)
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
   * Begins a turn: it reads some of those that the last ones left out, from the newest and from the oldest by turns, so that
   * neither waits until all others have sent a burst; in the absence of such, one of those that sent bursts.
   * @param hasRoom whether it may read one of them
   * @returns whether some wait for another turn
   */
  beginTurn(hasRoom: boolean): boolean {
    this.#count = this.#isOver ? 1 : this.#count * 2
    this.#isOver = false
    this.#tookNewest = !this.#tookNewest
    const sockets = this.#next.splice(this.#tookNewest ? -this.#count : 0, this.#count)
    for (const socket of sockets) this.#read(socket)
    const [first] = this.#queue
    if (first && hasRoom && sockets.length === 0) this.#read(first)
    return this.#queue.size > 0 || this.#next.length > 0
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
