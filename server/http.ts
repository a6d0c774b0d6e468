/** The HTTP server under Express: its requests and responses are born as the app's own, which makes Express several times faster. */

import { IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Express } from 'express'
import { rawProblem } from './problem.ts'

/** The header that every response carries. */
export const REQUEST_ID = 'X-Request-Id'

/**
 * Milliseconds. An idle connection outlives the pauses between a client's batches, so that no request is lost to the
 * race between a closing server and a sending client: that would look like an injected fault.
 */
const TIMEOUTS = { keepAliveTimeout: 72_000, headersTimeout: 10_000, requestTimeout: 30_000 }

/** How often headersTimeout and requestTimeout are checked, in milliseconds. */
const CHECK_EVERY = 5_000

/** Connections that may wait to be accepted: a burst of thousands at once overflows Node's default of 511. */
export const BACKLOG = 4_096

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[]

/**
 * A server for `app`, which must not serve another one.
 *
 * Express calls `Object.setPrototypeOf` on each request and response, which throws away what the engine had optimised.
 * Here the prototypes of the two classes *are* `app.request` and `app.response`, so that the call changes nothing.
 * They are classes rather than functions with a replaced prototype because V8 then makes room at once for the fields
 * of the class and its base: a fifth more requests a second.
 *
 * @param idPrefix what the request ids begin with, so that those of two processes differ.
 */
export function createServer(app: Express, idPrefix: string): Server {
  if (Object.hasOwn(app.response, 'writeHead')) throw new Error('This app has a server already')
  let count = 0

  class Request extends IncomingMessage {}

  class Response extends ServerResponse {
    readonly requestId = `${idPrefix}-${(++count).toString(36)}`

    /** A flat list of headers with nothing set before is the fast way through node:http. */
    override writeHead(status: number, reason?: string | Headers, headers?: Headers): this {
      const given = typeof reason === 'string' ? headers : (headers ?? reason)
      if (typeof reason === 'string') this.statusMessage = reason
      if (Array.isArray(given)) return super.writeHead(status, [REQUEST_ID, this.requestId, ...given])
      this.setHeader(REQUEST_ID, this.requestId)
      return super.writeHead(status, given)
    }
  }

  Object.setPrototypeOf(Request.prototype, app.request)
  Object.setPrototypeOf(Response.prototype, app.response)
  app.request = Request.prototype as typeof app.request
  app.response = Response.prototype as unknown as typeof app.response

  const classes = { IncomingMessage: Request, ServerResponse: Response as typeof ServerResponse }
  const server = new Server({ ...TIMEOUTS, connectionsCheckingInterval: CHECK_EVERY, ...classes }, app)
  server.on('clientError', refuse)
  return server
}

/** The id of the request that `res` answers. */
export function requestIdOf(res: object): string {
  return 'requestId' in res && typeof res.requestId === 'string' ? res.requestId : ''
}

/** Answers what is no readable HTTP request, where the socket still can. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, detail] = UNREADABLE[error.code ?? ''] ?? [400, 'The request is not valid HTTP/1.1']
  socket.end(rawProblem({ status, detail }))
}

const UNREADABLE: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are larger than 16 KB'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are larger than 16 KB'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
}
