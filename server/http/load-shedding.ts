/** Load shedding: connections and requests beyond the limits are answered 503, and nothing that they ask for is done. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Limits } from '../config/limits.ts'
import { prepareProblem, rawProblem } from './problem.ts'

/** So many connections beyond the limit are answered; those beyond that are closed without a word. */
const ANSWERED_BEYOND = 64
/** A refused connection that its client does not close is cut after so long, in milliseconds. */
const LINGER_MS = 1_000
const RETRY_SOON = { 'Retry-After': '1' }

export class LoadShedder {
  readonly #limits: Pick<Limits, 'connections' | 'requests'>
  readonly #refused = new WeakSet<Socket>()
  readonly #answerBusy
  #connections = 0
  /** Requests whose answers are not yet with the client. */
  #requests = 0

  constructor(limits: Pick<Limits, 'connections' | 'requests'>) {
    this.#limits = limits
    const detail = `${limits.requests} requests are being answered already: wait for some of them (MAX_REQUESTS)`
    this.#answerBusy = prepareProblem({ status: 503, detail })
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
      if (this.#connections <= max) return
      this.#refused.add(socket)
      // An end without reading what was sent would reset the answer away.
      socket.resume().end(answer)
      socket.setTimeout(LINGER_MS, () => socket.destroy())
    })
  }

  /**
   * Whether a request is served; one that is not has been answered. Those of the control plane always are: it answers at
   * once, and is how a host ends an overload.
   */
  admits(req: IncomingMessage, res: ServerResponse): boolean {
    if (this.#refused.has(req.socket)) return false
    if (this.#requests >= this.#limits.requests && req.url?.startsWith('/catalogs')) {
      this.#answerBusy(res, [...Object.entries(RETRY_SOON).flat(), 'Connection', 'close'])
      return false
    }
    this.#requests += 1
    res.on('close', this.#ended)
    return true
  }

  readonly #ended = () => {
    this.#requests -= 1
  }
}
