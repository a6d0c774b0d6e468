/**
 * Pipelined requests: those that a client sends before their predecessors are answered wait in line, are answered in turns
 * with the lines of other connections, and end with their connection.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests in line are answered for so long, in milliseconds, before whatever else came in has its turn. */
const TURN_MS = 2

type Answer<Q, S> = (req: Q, res: S) => void

interface Waiting<Q, S> {
  readonly req: Q
  readonly res: S
  readonly answer: Answer<Q, S>
}

/** The requests of one connection that came before their predecessors were answered. */
interface Line<Q, S> {
  /** Answers that are not with the client yet. */
  readonly open: Set<S>
  /** Requests that nobody has looked at yet, in their order. */
  waiting: Waiting<Q, S>[]
}

/** What it asks of the process. */
export interface Pace {
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Calls `act` when whatever else came in has been looked at. */
  readonly later: (act: () => void) => void
}

const PACE: Pace = { now: () => performance.now(), later: act => void setImmediate(act) }

export class Pipelines<Q extends IncomingMessage, S extends ServerResponse> {
  readonly #max: number
  readonly #pace: Pace
  readonly #lines = new WeakMap<Socket, Line<Q, S>>()
  /** The lines whose next request can be answered, in their turns. */
  #turns: Line<Q, S>[] = []
  #scheduled = false

  /** @param max requests in line on one connection */
  constructor(max: number, pace: Pace = PACE) {
    this.#max = max
    this.#pace = pace
  }

  /** Whether a connection has as many requests in line as it may. */
  isFull(socket: Socket): boolean {
    return (this.#lines.get(socket)?.open.size ?? 0) >= this.#max
  }

  /**
   * Puts a request in line that came before its predecessors were answered. Its answer emits `close` with the connection,
   * as node:http has it for the first in line alone.
   */
  add(req: Q, res: S, answer: Answer<Q, S>): void {
    const line = this.#lines.get(req.socket) ?? this.#newLine(req.socket)
    line.open.add(res)
    res.once('close', () => line.open.delete(res))
    line.waiting.push({ req, res, answer })
    if (line.waiting.length === 1) this.#take(line)
  }

  #newLine(socket: Socket): Line<Q, S> {
    const line: Line<Q, S> = { open: new Set(), waiting: [] }
    this.#lines.set(socket, line)
    socket.once('close', () => {
      line.waiting = []
      // One that has its connection by then is told by node:http.
      for (const res of line.open) if (res.socket === null) res.emit('close')
    })
    return line
  }

  #take(line: Line<Q, S>): void {
    this.#turns.push(line)
    if (this.#scheduled) return
    this.#scheduled = true
    this.#pace.later(this.#run)
  }

  readonly #run = () => {
    this.#scheduled = false
    const until = this.#pace.now() + TURN_MS
    const turns = this.#turns
    this.#turns = []
    let at = 0
    for (; at < turns.length && (at === 0 || this.#pace.now() < until); at += 1) this.#next(turns[at])
    if (at < turns.length) this.#turns = [...turns.slice(at), ...this.#turns]
    if (this.#turns.length > 0 && !this.#scheduled) {
      this.#scheduled = true
      this.#pace.later(this.#run)
    }
  }

  /** Answers the first of a line, and the line waits for another turn. */
  #next(line: Line<Q, S> | undefined): void {
    const first = line?.waiting[0]
    if (!line || !first) return
    const { req, res, answer } = first
    // What is only read is read when there is room for it: a client that does not take its answers gets no more of them.
    if (res.socket === null && isReading(req)) {
      res.once('socket', () => this.#take(line))
      return
    }
    line.waiting.shift()
    if (line.waiting.length > 0) this.#take(line)
    answer(req, res)
  }
}

/** Requests to the catalog are in flight together, however they came; and a change may be what ends those before it. */
function isReading({ method, url }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && !url?.startsWith('/catalogs')
}
