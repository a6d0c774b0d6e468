/**
 * Pipelined requests: those that a client sends before their predecessors are answered wait in line, are answered in turns
 * with the lines of other connections, and end with their connection.
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ReadingTurns } from './reading-turns.ts'

/** Requests in line are answered for so long, in milliseconds, before whatever else came in has its turn. */
const TURN_MS = 2
/** So many requests in line on one connection that nobody has looked at are a burst: it is read again when they are fewer. */
export const BURST = 100
/** When so many requests came in line in one turn of the loop, no other connection is read in it. */
export const MAX_TAKEN_A_TURN = 500
/** While so many requests could be looked at, connections that send bursts are not read. */
const MAX_READY = 2_000

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
  /** Whether the first of them waits until its client has taken an answer. */
  isStalled: boolean
  /** Whether its connection is not read for its length. */
  isHeld: boolean
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
  /** Requests that came in line in this turn of the loop, or on refused connections. */
  #taken = 0
  /** Requests that nobody has looked at yet, in all lines. */
  #waiting = 0
  /** Those of them whose lines are stalled. */
  #stalled = 0
  readonly #reading = new ReadingTurns()

  /** @param max requests in line on one connection */
  constructor(max: number, pace: Pace = PACE) {
    this.#max = max
    this.#pace = pace
  }

  /** Requests of all connections that nobody has looked at yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Reads the connections of a server in turns where many send many requests. */
  watch(server: Server): void {
    this.#reading.watch(server)
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
    this.#waiting += 1
    if (line.isStalled) this.#stalled += 1
    if (line.waiting.length === 1) this.#take(line)
    if (line.waiting.length >= BURST && !line.isHeld && !line.isStalled) {
      line.isHeld = true
      this.#reading.holdBurst(req.socket)
    }
  }

  /** Counts a request that came in line, or on a connection that was refused, as a part of this turn. */
  took(): void {
    this.#taken += 1
    if (this.#taken !== MAX_TAKEN_A_TURN) return
    this.#reading.endTurn()
    this.#schedule()
  }

  /** What comes on a connection whose last request was refused in line is nobody's: it is read when there is room for that. */
  refuse(socket: Socket): void {
    this.#reading.holdBurst(socket)
    this.#reading.release(socket)
    this.#schedule()
  }

  #newLine(socket: Socket): Line<Q, S> {
    const line: Line<Q, S> = { open: new Set(), waiting: [], isStalled: false, isHeld: false }
    this.#lines.set(socket, line)
    socket.once('close', () => {
      this.#waiting -= line.waiting.length
      if (line.isStalled) this.#stalled -= line.waiting.length
      line.isStalled = false
      line.waiting = []
      // Some versions of node:http tell those behind the first as well, a moment after this: whoever is told by it is told once.
      if (line.open.size > 0) this.#pace.later(() => endAll(line.open))
    })
    return line
  }

  #take(line: Line<Q, S>): void {
    this.#turns.push(line)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#pace.later(this.#run)
  }

  readonly #run = () => {
    this.#scheduled = false
    this.#taken = 0
    const until = this.#pace.now() + TURN_MS
    const turns = this.#turns
    this.#turns = []
    let at = 0
    for (; at < turns.length && (at === 0 || this.#pace.now() < until); at += 1) this.#next(turns[at])
    if (at < turns.length) this.#turns = [...turns.slice(at), ...this.#turns]
    const areSomeUnread = this.#reading.beginTurn(this.#waiting - this.#stalled < MAX_READY)
    if (this.#turns.length > 0 || areSomeUnread) this.#schedule()
  }

  #release(line: Line<Q, S>, socket: Socket): void {
    if (!line.isHeld) return
    line.isHeld = false
    this.#reading.release(socket)
    this.#schedule()
  }

  /** Answers the first of a line, and the line waits for another turn. */
  #next(line: Line<Q, S> | undefined): void {
    const first = line?.waiting[0]
    if (!line || !first) return
    const { req, res, answer } = first
    // What is only read is read when there is room for it: a client that does not take its answers gets no more of them.
    if (res.socket === null && isReading(req)) {
      line.isStalled = true
      this.#stalled += line.waiting.length
      // Who leaves before an answer that is delayed or held is noticed only where something is read.
      this.#release(line, req.socket)
      res.once('socket', () => {
        if (line.isStalled) this.#stalled -= line.waiting.length
        line.isStalled = false
        this.#take(line)
      })
      return
    }
    line.waiting.shift()
    this.#waiting -= 1
    if (line.waiting.length < BURST) this.#release(line, req.socket)
    if (line.waiting.length > 0) this.#take(line)
    answer(req, res)
  }
}

/** Tells answers whose connection has closed, and that have not heard of it. */
function endAll(open: ReadonlySet<ServerResponse>): void {
  for (const res of open) res.emit('close')
}

/** Requests to the catalog are in flight together, however they came; and a change may be what ends those before it. */
function isReading({ method, url }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && !url?.startsWith('/catalogs')
}
