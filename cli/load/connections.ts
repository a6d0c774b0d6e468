/** A capped set of connections to one origin: each carries one request at a time, the rest wait in order. */

import type { Dispatcher } from 'undici'
import Client from 'undici/lib/dispatcher/client.js'

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
export interface QueuedCall {
  /** What is to be written, or null if nobody waits for it any more. Asked when a connection is free. */
  begin(connection: Connection): { options: Dispatcher.DispatchOptions; handler: ResponseHandler } | null
}

/** One connection, lent to a call until the call gives it back. */
export interface Connection {
  /** Hands the connection to the next call in the line. */
  release(): void
}

export interface ConnectionOptions {
  readonly origin: string
  /** How many connections are open at the most. */
  readonly limit: number
  /** Opens a new connection for each request. */
  readonly fresh?: boolean
  /** Milliseconds to wait for the head of an answer and between two pieces of its body; 0 for ever. */
  readonly headersTimeoutMs?: number
  readonly bodyTimeoutMs?: number
  /** Milliseconds to wait for a connection. */
  readonly connectTimeoutMs?: number
  /** Connects to this address instead of asking for the origin's name again and again. */
  readonly address?: string
}

/**
 * Undici's clients behind a free list and a queue of our own: a waiting request costs a hundred bytes
 * instead of nine kilobytes, can be given up before it is written, and finds a free connection in constant time.
 */
export class Connections {
  readonly #options: ConnectionOptions
  readonly #idle: PooledConnection[] = []
  readonly #all: PooledConnection[] = []
  #waiting: (QueuedCall | undefined)[] = []
  #head = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** Calls that wait for a free connection. */
  get waiting(): number {
    return this.#waiting.length - this.#head
  }

  /** Begins `call` on a free connection now, or when one is free. */
  submit(call: QueuedCall): void {
    const connection = this.#idle.pop() ?? this.#open()
    if (connection) connection.run(call)
    else this.#waiting.push(call)
  }

  /** Closes every connection: what is in flight fails, and what waits is never begun. */
  async close(): Promise<void> {
    this.#waiting = []
    this.#head = 0
    await Promise.all(this.#all.map(connection => connection.client.destroy()))
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

  #open(): PooledConnection | undefined {
    const { origin, limit, fresh, headersTimeoutMs = 0, bodyTimeoutMs = 0, connectTimeoutMs, address } = this.#options
    if (this.#all.length >= limit) return undefined
    const client = new Client(origin, {
      pipelining: fresh ? 0 : 1,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: bodyTimeoutMs,
      ...(connectTimeoutMs === undefined ? {} : { connectTimeout: connectTimeoutMs }),
      ...(address === undefined ? {} : { connect: { lookup: always(address) } as Connect }),
    })
    const connection = new PooledConnection(this, client)
    this.#all.push(connection)
    return connection
  }
}

class PooledConnection implements Connection {
  readonly client: Client
  readonly #owner: Connections

  constructor(owner: Connections, client: Client) {
    this.#owner = owner
    this.client = client
  }

  run(first: QueuedCall): void {
    let call: QueuedCall | undefined = first
    while (call) {
      const next = call.begin(this)
      if (next) {
        // undici takes this older, faster form of handler at run time; its types know only the newer one.
        this.client.dispatch(next.options, next.handler as unknown as Parameters<Client['dispatch']>[1])
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
}

type Connect = Extract<Client.Options['connect'], object>

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
