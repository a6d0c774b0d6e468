/**
 * A capped set of connections to one origin: each carries one request at a time, the rest wait in order. What this machine
 * cannot give (descriptors, ports) makes the set smaller instead of failing a call that another connection can carry.
 */

import { type Connector, networkConnector } from './connect.ts'
import { type ConnectionOptions, type ConnectionOwner, PooledConnection, type QueuedCall } from './connection.ts'

export interface ConnectionsOptions extends ConnectionOptions {
  /** How many connections are open at the most. */
  readonly limit: number
  /** Connects to this address instead of asking for the origin's name again and again. */
  readonly address?: string
  /** This machine could not give a connection beside `open` others, for want of `lacking`. */
  readonly limited?: ((lacking: string, open: number) => void) | undefined
  /** Over the network where it is not given. */
  readonly connector?: Connector
}

/** Connections that are being opened at a time: a listen backlog of 128 holds those of a single client, and most hold more. */
const MAX_OPENING = 100
/** How long opening in advance is waited for; calls find out about the rest themselves. */
const OPENING_MS = 2_000
/** A free list and a queue: a waiting request costs a hundred bytes, and finds a free connection in constant time. */
export class Connections implements ConnectionOwner {
  readonly #options: ConnectionsOptions
  readonly #connector: Connector
  readonly #idle: PooledConnection[] = []
  readonly #all = new Set<PooledConnection>()
  /** What waits for its turn to be opened. */
  readonly #toOpen: (() => void)[] = []
  readonly #opening = new Set<{ giveUp?: (() => void) | undefined }>()
  #limit: number
  /** What this machine had no more of; null while it gave all that was asked for. */
  #lacking: string | null = null
  #waiting: (QueuedCall | undefined)[] = []
  #head = 0
  /** Connections whose answer came within this turn of the event loop. */
  #resting: PooledConnection[] = []

  constructor(options: ConnectionsOptions) {
    const { address, clock, connector, limit } = options
    this.#options = options
    this.#limit = limit
    this.#connector = connector ?? networkConnector(address, clock)
  }

  /** Calls that wait for a free connection. */
  get waiting(): number {
    return this.#waiting.length - this.#head
  }

  /** How many may be open at once: as many as were asked for, or as this machine has given. */
  get limit(): number {
    return this.#limit
  }

  /**
   * Opens `count` connections, or as many as there may be, before they are needed. Those that fail are left to the calls.
   * @returns how many this machine gave, where that is less than it was asked for; else null
   */
  async open(count: number): Promise<number | null> {
    if (this.#options.fresh) return null
    const opened: Promise<void>[] = []
    while (this.#all.size < Math.min(count, this.#limit)) opened.push(this.#add().open())
    await new Promise<void>(resolve => {
      const stopWaiting = this.#options.clock.after(OPENING_MS, resolve)
      void Promise.all(opened).then(() => {
        stopWaiting()
        resolve()
      })
    })
    return this.#all.size < opened.length ? this.#all.size : null
  }

  /** Allows `count` connections, and closes as many of those that have nothing to do as are too many. */
  limitTo(count: number): void {
    this.#limit = Math.max(1, count)
    if (this.#lacking !== null) this.#options.limited?.(this.#lacking, this.#limit)
    while (this.#all.size > this.#limit) {
      const connection = this.#idle.pop()
      if (!connection) return
      this.#all.delete(connection)
      connection.close()
    }
  }

  /** Begins `call` on a free connection now, or when one is free. */
  submit(call: QueuedCall): void {
    const connection = this.#idle.pop() ?? (this.#all.size < this.#limit ? this.#add() : undefined)
    if (connection) connection.run(call)
    else this.#waiting.push(call)
  }

  /** Closes every connection: what is in flight fails, and what waits is never begun. */
  close(): void {
    this.#waiting = []
    this.#head = 0
    this.#toOpen.length = 0
    for (const opening of this.#opening) opening.giveUp?.()
    for (const connection of this.#all) connection.close()
  }

  /** The line is kept compact. */
  next(): QueuedCall | undefined {
    if (this.#head === this.#waiting.length) return undefined
    const call = this.#waiting[this.#head]
    this.#waiting[this.#head++] = undefined
    if (this.#head === this.#waiting.length || this.#head > 16_384) {
      this.#waiting = this.#waiting.slice(this.#head)
      this.#head = 0
    }
    return call
  }

  park(connection: PooledConnection): void {
    this.#idle.push(connection)
  }

  rest(connection: PooledConnection): void {
    if (this.#resting.push(connection) === 1) setImmediate(this.#wake)
  }

  readonly #wake = () => {
    const rested = this.#resting
    this.#resting = []
    for (const connection of rested) connection.wake()
  }

  readonly connect: Connector = (to, callback) => {
    const start = () => {
      const opening: { giveUp?: (() => void) | undefined } = {}
      this.#opening.add(opening)
      opening.giveUp = this.#connector(to, (...made) => {
        this.#opening.delete(opening)
        this.#toOpen.shift()?.()
        callback(...made)
      })
    }
    if (this.#opening.size < MAX_OPENING) start()
    else this.#toOpen.push(start)
  }

  remove(connection: PooledConnection, call: QueuedCall | null, lacking: string): void {
    this.#all.delete(connection)
    const left = this.#all.size
    this.#lacking = lacking
    this.#options.limited?.(lacking, left)
    this.#limit = Math.max(1, left)
    if (left > 0 && call) {
      if (this.#head > 0) this.#waiting[--this.#head] = call
      else this.#waiting.unshift(call)
    }
    call?.onLacking(left)
    const next = left === 0 || this.#idle.length > 0 ? this.next() : undefined
    if (next) this.submit(next)
  }

  #add(): PooledConnection {
    const connection = new PooledConnection(this, this.#options)
    this.#all.add(connection)
    return connection
  }
}
