/** Load shedding: connections and requests beyond the limits are answered 503, and nothing that they ask for is done. */

import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { type Limits, type Shares, sharesOf } from '../config/limits.ts'
import { prepareProblem, rawProblem } from './problem.ts'

/** So many connections beyond the limit are answered; those beyond that are closed without a word. */
const ANSWERED_BEYOND = 64
/** A refused connection that its client does not close is cut after so long, in milliseconds; so is a reserved one that says nothing. */
const LINGER_MS = 1_000
const RETRY_SOON = { 'Retry-After': '1' }
/** So many requests of the control plane are served beyond the limit, or a tenth of it where that is more: it is how a host ends an overload. */
const MIN_RESERVE = 100

/** What one address has open. */
export interface ClientLoad {
  connections: number
  requests: number
}

type Refusal = ReturnType<typeof prepareProblem>

/** 503, to be asked again in a second. */
function comeBackSoon(detail: string): Refusal {
  const answer = prepareProblem({ status: 503, detail })
  return (res, headers = []) => answer(res, [...Object.entries(RETRY_SOON).flat(), ...headers])
}

export class LoadShedder {
  /** Connections on which nothing is served any more. */
  readonly refused = new WeakSet<Socket>()
  readonly #limits: Pick<Limits, 'connections' | 'requests'>
  readonly #shares: { readonly connections: Shares; readonly requests: Shares } | null
  readonly #hasToken: (req: IncomingMessage) => boolean
  readonly #busy: Refusal
  readonly #full: Refusal
  /** Connections beyond the shares, which are for who has the token: their first request must carry it. */
  readonly #reserved = new WeakSet<Socket>()
  /** What each address has open, by the address. */
  readonly #clients = new Map<string, ClientLoad>()
  readonly #loads = new WeakMap<Socket, ClientLoad>()
  #connections = 0
  /** Requests whose answers are not yet with the client. */
  #requests = 0

  /** @param hasToken given where those who have no token get a share only: whether a request carries it */
  constructor(limits: Pick<Limits, 'connections' | 'requests'>, hasToken?: (req: IncomingMessage) => boolean) {
    this.#limits = limits
    this.#hasToken = hasToken ?? (() => true)
    const { connections, requests } = limits
    this.#shares = hasToken ? { connections: sharesOf(connections), requests: sharesOf(requests) } : null
    const detail = `${limits.requests} requests are being answered already: wait for some of them (MAX_REQUESTS)`
    this.#busy = comeBackSoon(detail)
    this.#full = comeBackSoon('Those without the token have too many connections: close some, or try again later')
  }

  /** Counts the connections of a server, and answers those beyond the limit. */
  watch(server: Server): void {
    const { connections: max } = this.#limits
    const detail = `${max} connections are open already: close some, or try again later (MAX_CONNECTIONS)`
    const answer = rawProblem({ status: 503, detail, headers: RETRY_SOON })
    server.maxConnections = max + ANSWERED_BEYOND
    server.on('connection', (socket: Socket) => {
      this.#connections += 1
      socket.once('close', () => {
        this.#connections -= 1
      })
      if (this.#shares && this.#isReserved(socket, this.#shares.connections)) {
        this.#reserved.add(socket)
        socket.setTimeout(LINGER_MS)
      }
      if (this.#connections <= max) return
      this.refused.add(socket)
      // An end without reading what was sent would reset the answer away.
      socket.resume().end(answer)
      socket.setTimeout(LINGER_MS, () => socket.destroy())
    })
  }

  /**
   * The answer to a request for which there is no room, or null.
   * @param waiting requests in line that nobody has looked at, where it would be one of them: they fill a half of the limit at the most
   */
  refusalOf(req: IncomingMessage, waiting = 0): Refusal | null {
    const { requests: max } = this.#limits
    const { url } = req
    if (this.#shares) {
      if (this.#isOverShare(req, this.#shares.requests) && !this.#hasToken(req)) return this.#busy
      if (this.#reserved.has(req.socket)) {
        if (!this.#hasToken(req)) return this.#full
        this.#reserved.delete(req.socket)
        req.socket.setTimeout(0)
      }
    }
    if (waiting >= Math.max(MIN_RESERVE, max / 2)) return this.#busy
    if (this.#requests < max) return null
    const reserve = Math.max(MIN_RESERVE, max / 10)
    return url?.startsWith('/catalogs') || this.#requests >= max + reserve ? this.#busy : null
  }

  /** Counts a request until `ended` is called with what is returned. */
  count({ socket }: IncomingMessage): ClientLoad | null {
    this.#requests += 1
    const load = (this.#shares && this.#loads.get(socket)) ?? null
    if (load !== null) load.requests += 1
    return load
  }

  /** The answer of a request is with its client, or its connection closed. */
  ended(load: ClientLoad | null): void {
    this.#requests -= 1
    if (load !== null) load.requests -= 1
  }

  #isOverShare({ socket }: IncomingMessage, { client, strangers }: Shares): boolean {
    return this.#requests >= strangers || (this.#loads.get(socket)?.requests ?? 0) >= client
  }

  #isReserved(socket: Socket, { client, strangers }: Shares): boolean {
    return this.#loadOf(socket).connections > client || this.#connections > strangers
  }

  /** Counts a connection for its address, until it closes. */
  #loadOf(socket: Socket): ClientLoad {
    const address = socket.remoteAddress ?? ''
    const load = this.#clients.get(address) ?? { connections: 0, requests: 0 }
    this.#clients.set(address, load)
    this.#loads.set(socket, load)
    load.connections += 1
    socket.once('close', () => {
      load.connections -= 1
      if (load.connections === 0) this.#clients.delete(address)
    })
    return load
  }
}
