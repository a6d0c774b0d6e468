/** One connection of a set: it writes a request, reads the answer to its end, and goes to the next call in the line. */

import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Clock } from '../../server/lib/clock.ts'
import { withoutBrackets } from '../../server/lib/hostname.ts'
import { ownLimit } from '../../server/lib/own-limit.ts'
import type { Failure } from '../policy/send.ts'
import { classify } from './classify.ts'
import type { Connector } from './connect.ts'
import { Deadline } from './deadline.ts'
import { type ResponseListener, ResponseReader } from './response-reader.ts'

/** One request that wants a connection; it is told of its answer. */
export interface QueuedCall extends ResponseListener {
  /** The connection is its own from here on, as soon as it is open. @returns false where nobody waits for the call any more */
  take(connection: Connection): boolean
  /** The bytes of the request, one by character and without a large body, which are written now; null where nobody waits for it any more. */
  write(): string | null
  /** The answer has come whole. */
  onEnd(): void
  /** It came to nothing, on a connection that could not be opened or is broken. */
  onFailure(failure: Failure): void
  /** This machine cannot give the connection: the call waits for one of `others`, or ends where there are none. */
  onLacking(others: number): void
  /** The time that it was allowed has run out. */
  expire(): void
}

/** One connection, lent to a call until its answer is over. */
export interface Connection {
  /** Whether a request can leave on it at once, or when the event loop has turned. */
  readonly isOpen: boolean
  /** Lets the call expire in `ms` milliseconds from now, unless it is told otherwise before; 0 for never. */
  allow(ms: number): void
  /** Breaks the connection under its call, which wants no answer any more. */
  abandon(): void
}

/** What all connections of a set share. */
export interface ConnectionOptions {
  readonly origin: string
  /** Opens a new connection for each request. */
  readonly fresh?: boolean
  /** The requests are of the kind that is answered without a body (HEAD). */
  readonly answersHead?: boolean
  /** What follows the bytes that a call writes: a body that is too large to be copied for each. */
  readonly body?: Buffer | null
  /** The host that the requests name, where it is another than the origin's: TLS asks for its certificate. */
  readonly host?: string
  readonly clock: Clock
}

/** The set that a connection belongs to. */
export interface ConnectionOwner {
  /** The next call in the line. */
  next(): QueuedCall | undefined
  /** Takes a connection that has nothing to do. */
  park(connection: PooledConnection): void
  /** Wakes a connection whose call is over when the event loop has turned. */
  rest(connection: PooledConnection): void
  /** Makes a connection as soon as not too many are being made. */
  readonly connect: Connector
  /**
   * Gives up a connection that this machine has not given: there are no more than those that are left, and `call` waits for one
   * of them at the front of the line.
   */
  remove(connection: PooledConnection, call: QueuedCall | null, lacking: string): void
}

/** After so long without a request, servers close a connection, unless they say when. */
const UNUSED_MS = 4_000
/** So long before the server would close an unused connection, it is not used any more. */
const SPARE_MS = 1_000

/** What all connections read into: what has been read is dealt with before anything else is. */
const READ = Buffer.allocUnsafeSlow(65_536)

/** Opens when it is needed, carries one request after the other, and opens anew where the server has closed it. */
export class PooledConnection implements Connection {
  readonly #owner: ConnectionOwner
  readonly #clock: Clock
  readonly #origin: URL
  readonly #keeps: boolean
  readonly #answersHead: boolean
  readonly #body: Buffer | null
  readonly #host: string
  readonly #deadline: Deadline
  readonly #reader: ResponseReader
  #socket: Socket | null = null
  #call: QueuedCall | null = null
  /** The call's request has been written. */
  #awaits = false
  #resting = false
  /** The server has left the connection open after an answer, or is about to show whether it does. */
  #kept = false
  #onTrial = false
  #closed = false
  /** By the clock: from here on it may be closed at any moment. */
  #goodUntil = 0

  constructor(owner: ConnectionOwner, options: ConnectionOptions) {
    const { origin, fresh = false, answersHead = false, body = null, clock } = options
    this.#owner = owner
    this.#clock = clock
    this.#origin = new URL(origin)
    this.#keeps = !fresh
    this.#answersHead = answersHead
    this.#body = body
    this.#host = options.host ?? this.#origin.host
    this.#deadline = new Deadline(clock, () => this.#call?.expire())
    this.#reader = new ResponseReader({
      onHead: head => this.#call?.onHead(head),
      onBody: (bytes, whole) => this.#call?.onBody(bytes, whole),
    })
  }

  get isOpen(): boolean {
    return this.#socket !== null
  }

  /** Begins a call, or the next in the line where nobody waits for it any more. */
  run(first: QueuedCall | undefined): void {
    for (let call = first; call; call = this.#owner.next()) {
      if (!call.take(this)) continue
      this.#call = call
      if (!this.#resting) this.#proceed()
      return
    }
    this.#owner.park(this)
  }

  /**
   * The event loop has turned since its last call. An end that came with the answer, unsaid, is heard a turn later: there are
   * servers that close after every answer, and whoever has kept a connection once is not one of them.
   */
  wake(): void {
    if (this.#onTrial) {
      this.#onTrial = false
      this.#owner.rest(this)
      return
    }
    this.#resting = false
    if (this.#call) this.#proceed()
  }

  allow(ms: number): void {
    this.#deadline.set(ms)
  }

  abandon(): void {
    if (!this.#awaits) return
    this.#drop()
    this.#release()
  }

  /** Opens it in advance; resolves when that is done, or has failed. */
  open(): Promise<void> {
    return new Promise(resolve => {
      this.#connect(error => {
        const lacking = error && ownLimit(error)
        if (lacking) this.#owner.remove(this, null, lacking)
        else this.#release()
        resolve()
      })
    })
  }

  close(): void {
    this.#closed = true
    this.#deadline.close()
    this.#drop()
    const call = this.#call
    this.#call = null
    call?.onFailure('aborted')
  }

  #proceed(): void {
    if (this.#socket?.readable === false || this.#clock.now() > this.#goodUntil) this.#drop()
    if (this.#socket !== null) this.#write(this.#socket)
    else this.#connect(error => (error === null ? this.#opened() : this.#notOpened(error)))
  }

  #opened(): void {
    if (this.#socket !== null) this.#write(this.#socket)
    else this.#fail('reset')
  }

  #notOpened(error: Error): void {
    const call = this.#call
    this.#call = null
    const lacking = ownLimit(error)
    if (lacking !== null) {
      this.#owner.remove(this, call, lacking)
      return
    }
    call?.onFailure(classify(error, false))
    this.#release()
  }

  #write(socket: Socket): void {
    const bytes = this.#call?.write() ?? null
    if (bytes === null) {
      this.#release()
      return
    }
    this.#awaits = true
    this.#reader.begin(this.#answersHead)
    if (this.#body === null) {
      socket.write(bytes, 'latin1')
      return
    }
    socket.cork()
    socket.write(bytes, 'latin1')
    socket.write(this.#body)
    socket.uncork()
  }

  /** Its call is over: hands it to the next in the line. */
  #release(): void {
    this.#call = null
    if (this.#closed) return
    if (!this.#resting) this.#owner.rest(this)
    this.#resting = true
    this.run(this.#owner.next())
  }

  #connect(done: (error: Error | null) => void): void {
    const { protocol, hostname, port } = this.#origin
    const secure = protocol === 'https:'
    let made: Socket | null = null
    const to = {
      secure,
      hostname: withoutBrackets(hostname),
      servername: withoutBrackets(this.#host.replace(/:\d*$/, '')),
      port: Number(port) || (secure ? 443 : 80),
      onread: { buffer: READ, callback: (length: number) => this.#read(made, READ, length) },
    }
    this.#owner.connect(to, (error, socket) => {
      made = socket
      if (this.#closed) socket?.on('error', () => {}).destroy()
      else if (socket === null) done(error ?? new Error('no connection'))
      else {
        this.#watch(socket)
        done(null)
      }
    })
  }

  #watch(socket: Socket): void {
    this.#socket = socket
    this.#goodUntil = this.#clock.now() + UNUSED_MS
    const ended = (error: Error | null) => {
      if (this.#socket === socket) this.#ended(error)
    }
    socket
      // Only of one that was made without `onread`; it is also what has a socket tell of its end.
      .on('data', (bytes: Buffer) => this.#read(socket, bytes, bytes.length))
      .on('error', ended)
      .on('end', () => ended(null))
      .on('close', () => ended(null))
    if (!socket.readable) ended(null)
  }

  /** @returns true in any case: the stream stops where it is told false */
  #read(socket: Socket | null, bytes: Buffer, length: number): true {
    if (socket === null || socket !== this.#socket) return true
    // What nobody asked for is no answer to the next request.
    if (!this.#awaits) this.#drop()
    else {
      const over = this.#reader.read(bytes, length)
      if (over === null) this.#fail('parse')
      else if (over) this.#end()
    }
    return true
  }

  #end(): void {
    const { keepsAlive, keptSeconds } = this.#reader
    // Whoever answered before the request was whole will not read the rest of it as such.
    if (!(this.#keeps && keepsAlive) || (this.#socket?.writableLength ?? 0) > 0) this.#drop()
    else {
      this.#awaits = false
      this.#onTrial = !this.#kept
      this.#kept = true
      const keptMs = keptSeconds < 0 ? UNUSED_MS : Math.max(0, keptSeconds * 1_000 - SPARE_MS)
      this.#goodUntil = this.#clock.now() + keptMs
    }
    const call = this.#call
    this.#release()
    call?.onEnd()
  }

  /** The other side has ended the connection, or it broke. */
  #ended(error: Error | null): void {
    if (!this.#awaits) this.#drop()
    else if (error === null && this.#reader.end()) this.#end()
    else this.#fail(classify(error, this.#reader.status !== 0))
  }

  #fail(failure: Failure): void {
    const call = this.#call
    this.#drop()
    this.#release()
    call?.onFailure(failure)
  }

  #drop(): void {
    this.#awaits = false
    this.#kept = false
    this.#onTrial = false
    this.#socket?.destroy()
    this.#socket = null
  }
}
