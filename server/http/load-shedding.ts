/** How many are served at once: connections and requests beyond it are told so, and nothing that they ask for is done. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Limits } from '../config/limits.ts'
import { prepareProblem, rawProblem } from './problem.ts'

/** Connections further on, where somebody storms the door, are ended without an answer. */
const STORM = 64
/** A refused connection that does not go by itself is cut after so long, in milliseconds. */
const PARTING_MS = 1_000
const SOON = { 'Retry-After': '1' }

export class Crowd {
  readonly #limits: Pick<Limits, 'connections' | 'requests'>
  readonly #refused = new WeakSet<Socket>()
  readonly #refuse
  #connections = 0
  /** Requests whose answers are not yet with the client. */
  #requests = 0

  constructor(limits: Pick<Limits, 'connections' | 'requests'>) {
    this.#limits = limits
    const detail = `${limits.requests} requests are being answered already: wait for some of them (MAX_REQUESTS)`
    this.#refuse = prepareProblem({ status: 503, detail })
  }

  /** Counts the connections of a server, and answers those beyond the limit. */
  watch(server: Server): void {
    const { connections: most } = this.#limits
    const detail = `${most} connections are open already: close some, or try again later (MAX_CONNECTIONS)`
    const answer = rawProblem({ status: 503, detail, headers: SOON })
    server.maxConnections = most + STORM
    server.on('connection', (socket: Socket) => {
      this.#connections += 1
      socket.once('close', () => {
        this.#connections -= 1
      })
      if (this.#connections <= most) return
      this.#refused.add(socket)
      // An end without reading what was sent would reset the answer away.
      socket.resume().end(answer)
      socket.setTimeout(PARTING_MS, () => socket.destroy())
    })
  }

  /**
   * Whether a request is served; one that is not has been answered. Those of the control plane are: it answers at once, and
   * is how a host gets out of a crowd.
   */
  serves(req: IncomingMessage, res: ServerResponse): boolean {
    if (this.#refused.has(req.socket)) return false
    if (this.#requests >= this.#limits.requests && req.url?.startsWith('/catalogs')) {
      this.#refuse(res, [...Object.entries(SOON).flat(), 'Connection', 'close'])
      return false
    }
    this.#requests += 1
    res.on('close', this.#left)
    return true
  }

  readonly #left = () => {
    this.#requests -= 1
  }
}
