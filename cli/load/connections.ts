/**
 * A capped set of connections to one origin: each carries one request at a time, the rest wait in order. What this machine
 * cannot give (descriptors, ports) makes the set smaller instead of failing a call that another connection can carry.
 */

import type { Socket } from 'node:net'
import type { buildConnector, Dispatcher } from 'undici'
import networkConnector from 'undici/lib/core/connect.js'
import Client from 'undici/lib/dispatcher/client.js'
import type { Clock } from '../../server/lib/clock.ts'
import { ownLimit } from '../../server/lib/own-limit.ts'
import { skipContinues } from './continues.ts'
import { Deadline } from './deadline.ts'

/** What undici calls back; the raw form, because parsing every header into an object costs a tenth of a core. */
export interface ResponseHandler {
  /** Called when the request is about to be written; not called for one that never reached a connection. */
  onConnect(abort: (reason?: Error) => void): void
  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean
  onData(chunk: Buffer): boolean
  onComplete(trailers: string[] | null): void
  onError(error: Error): void
}

/** One request that wants a connection. */
export interface QueuedCall extends ResponseHandler {
  /** What is to be written, or null if nobody waits for it any more. Asked when a connection is free. */
  begin(connection: Connection): Dispatcher.DispatchOptions | null
  /** Whether it still waits for the head of its answer. */
  readonly awaitsHead: boolean
  /** The time that it was allowed has run out. */
  expire(): void
}

/** One connection, lent to a call until the call gives it back. */
export interface Connection {
  /** Hands the connection to the next call in the line. */
  release(): void
  /** Lets the call expire in `ms` milliseconds from now, unless it is told otherwise before; 0 for never. */
  allow(ms: number): void
  /**
   * Closes the connection, which this machine could not open, for good. The call, where there is one, waits for another now.
   * @returns how many others there are; 0 where the call has to end
   */
  giveBack(call: QueuedCall | null, lacking: string): number
}

/** Makes a connection. */
export type Connector = buildConnector.connector

export interface ConnectionOptions {
  readonly origin: string
  /** How many connections are open at the most. */
  readonly limit: number
  /** Opens a new connection for each request. */
  readonly fresh?: boolean
  /** Connects to this address instead of asking for the origin's name again and again. */
  readonly address?: string
  readonly clock: Clock
  /** This machine could not give a connection beside `open` others, for want of `lacking`. */
  readonly limited?: ((lacking: string, open: number) => void) | undefined
  /** Over the network where it is not given. */
  readonly connector?: Connector
}

/** Connections that are being opened at a time: a listen backlog of 128 holds those of a single client, and most hold more. */
const MAX_OPENING = 100
/** How long opening in advance is waited for; calls find out about the rest themselves. */
const OPENING_MS = 2_000
/** After so long without a request, servers close a connection. */
const UNUSED_MS = 4_000

/**
 * Undici's clients behind a free list and a queue of our own: a waiting request costs a hundred bytes
 * instead of nine kilobytes, can be given up before it is written, and finds a free connection in constant time.
 */
export class Connections {
  readonly #options: ConnectionOptions
  readonly #connector: Connector
  readonly #idle: PooledConnection[] = []
  readonly #all = new Set<PooledConnection>()
  /** What waits for its turn to be opened. */
  readonly #toOpen: (() => void)[] = []
  #opening = 0
  #limit: number
  /** What this machine had no more of; null while it gave all that was asked for. */
  #lacking: string | null = null
  #waiting: (QueuedCall | undefined)[] = []
  #head = 0

  constructor(options: ConnectionOptions) {
    const { address, connector, limit } = options
    this.#options = options
    this.#limit = limit
    this.#connector =
      connector ?? networkConnector(address === undefined ? {} : ({ lookup: always(address) } as ConnectorOptions))
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
      void connection.close()
    }
  }

  /** Begins `call` on a free connection now, or when one is free. */
  submit(call: QueuedCall): void {
    const connection = this.#idle.pop() ?? (this.#all.size < this.#limit ? this.#add() : undefined)
    if (connection) connection.run(call)
    else this.#waiting.push(call)
  }

  /** Closes every connection: what is in flight fails, and what waits is never begun. */
  async close(): Promise<void> {
    this.#waiting = []
    this.#head = 0
    this.#toOpen.length = 0
    await Promise.all(Array.from(this.#all, connection => connection.close()))
  }

  /** The next call in the line, which is kept compact. */
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

  /** Takes a connection that has nothing to do. */
  park(connection: PooledConnection): void {
    this.#idle.push(connection)
  }

  /** Makes a connection as soon as not too many are being made. */
  readonly connect: Connector = (options, callback) => {
    const start = () => {
      this.#opening++
      this.#connector(options, (...made) => {
        this.#opening--
        this.#toOpen.shift()?.()
        callback(...made)
      })
    }
    if (this.#opening < MAX_OPENING) start()
    else this.#toOpen.push(start)
  }

  /**
   * A connection that this machine has not given: there are no more than those that are left, and `call` waits for one of
   * them at the front of the line.
   * @returns how many are left
   */
  remove(connection: PooledConnection, call: QueuedCall | null, lacking: string): number {
    this.#all.delete(connection)
    const left = this.#all.size
    this.#lacking = lacking
    this.#options.limited?.(lacking, left)
    this.#limit = Math.max(1, left)
    // undici is still taking it apart.
    queueMicrotask(() => {
      void connection.close()
      if (this.#all.size > 0) return
      const next = this.next()
      if (next) this.submit(next)
    })
    if (left > 0 && call) {
      if (this.#head > 0) this.#waiting[--this.#head] = call
      else this.#waiting.unshift(call)
    }
    return left
  }

  #add(): PooledConnection {
    const connection = new PooledConnection(this, this.#options)
    this.#all.add(connection)
    return connection
  }
}

class PooledConnection implements Connection {
  readonly #owner: Connections
  readonly #client: Client
  readonly #clock: Clock
  readonly #origin: URL
  readonly #deadline: Deadline
  #call: QueuedCall | null = null
  /** A connection that was opened in advance, and when. */
  #spare: Socket | null = null
  #openedAt = 0
  #tookSpare = false

  constructor(owner: Connections, { origin, fresh, clock }: ConnectionOptions) {
    this.#owner = owner
    this.#clock = clock
    this.#origin = new URL(origin)
    this.#deadline = new Deadline(clock, () => this.#call?.expire())
    this.#client = new Client(origin, {
      pipelining: fresh ? 0 : 1,
      // Up to a second late: see `allow`.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => this.#connect(options, callback),
    })
  }

  run(first: QueuedCall): void {
    let call: QueuedCall | undefined = first
    while (call) {
      const options = call.begin(this)
      if (options) {
        this.#call = call
        // undici takes this older, faster form of handler at run time; its types know only the newer one.
        this.#client.dispatch(options, call as unknown as Parameters<Client['dispatch']>[1])
        if (this.#tookSpare) {
          // undici does not expect a connection before it has waited for one; whoever sets this makes it look again.
          this.#client.pipelining = 1
          this.#tookSpare = false
        }
        return
      }
      call = this.#owner.next()
    }
    this.#owner.park(this)
  }

  release(): void {
    const call = this.#owner.next()
    if (call) this.run(call)
    else this.#owner.park(this)
  }

  allow(ms: number): void {
    this.#deadline.set(ms)
  }

  giveBack(call: QueuedCall | null, lacking: string): number {
    return this.#owner.remove(this, call, lacking)
  }

  /** Opens it in advance; resolves when that is done, or has failed. */
  open(): Promise<void> {
    const { protocol, host, hostname, port } = this.#origin
    return new Promise(resolve => {
      this.#owner.connect({ protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port }, (error, socket) => {
        const lacking = error && ownLimit(error)
        if (lacking) this.#owner.remove(this, null, lacking)
        else {
          this.#spare = socket
          this.#openedAt = this.#clock.now()
          this.release()
        }
        resolve()
      })
    })
  }

  async close(): Promise<void> {
    this.#deadline.set(0)
    this.#deadline.close()
    this.#spare?.destroy()
    await this.#client.destroy()
  }

  readonly #connect: Connector = (options, callback) => {
    const spare = this.#spare
    this.#spare = null
    if (spare?.readable && this.#clock.now() - this.#openedAt < UNUSED_MS) {
      this.#prepare(spare)
      callback(null, spare)
      this.#tookSpare = true
      return
    }
    spare?.destroy()
    this.#owner.connect(options, (...made) => {
      if (made[1]) this.#prepare(made[1])
      callback(...made)
    })
  }

  #prepare(socket: Socket): void {
    skipContinues(socket, () => this.#call?.awaitsHead === true)
  }
}

type ConnectorOptions = Parameters<typeof networkConnector>[0]

type Lookup = (
  hostname: string,
  options: { all?: boolean },
  done: (error: null, address: string | { address: string; family: number }[], family?: number) => void,
) => void

function always(address: string): Lookup {
  const family = address.includes(':') ? 6 : 4
  return (_hostname, options, done) => {
    if (options.all) done(null, [{ address, family }])
    else done(null, address, family)
  }
}
