/** The HTTP server under Express: its requests and responses are born as the app's own, which makes Express several times faster. */

import {
  IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type RequestListener,
  Server,
  ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Express } from 'express'
import { LIMITS, type Limits } from '../config/limits.ts'
import { type ClientLoad, LoadShedder } from './load-shedding.ts'
import { Pipelines } from './pipelining.ts'
import { prepareProblem, rawProblem } from './problem.ts'
import { headersOf, MAX_HEADERS, type RequestHeaders } from './request-headers.ts'
import type { EndListener } from './response-end.ts'
import { cutSlowReaders } from './slow-readers.ts'

/** The header that every response carries. */
export const REQUEST_ID = 'X-Request-Id'

/**
 * Milliseconds. An idle connection outlives the pauses between a client's batches, so that no request is lost to the
 * race between a closing server and a sending client: that would look like an injected fault.
 */
const KEEP_ALIVE_MS = 72_000

/** How often senders that are too slow are looked for, in milliseconds; a quarter of the shorter limit where that is less. */
const CHECK_EVERY_MS = 5_000

/** Connections that may wait to be accepted: a burst of thousands at once overflows Node's default of 511. */
export const BACKLOG = 4_096

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[]

/** What a request meets before the app. */
export interface ServerGuards {
  /** Whether a request may go on; one that may not has been answered. */
  readonly admits?: (req: IncomingMessage, res: ServerResponse) => boolean
  /** Whether a request carries the token; given where those who have none get a share of the limits only. */
  readonly hasToken?: (req: IncomingMessage) => boolean
  readonly limits?: Pick<
    Limits,
    'headerBytes' | 'headersMs' | 'requestMs' | 'connections' | 'requests' | 'requestsInLine'
  >
}

const NO_HEADERS: readonly string[] = []
const CLOSE = ['Connection', 'close']

const unexpected = prepareProblem({ status: 417, detail: 'Expect may only be 100-continue: leave it out' })
const tooManyHeaders = prepareProblem({ status: 431, detail: `There are more than ${MAX_HEADERS} headers` })
const unknownCoding = prepareProblem({
  status: 400,
  detail: 'Transfer-Encoding may only be chunked: send the body as it is',
})

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
export function createServer(
  app: Express,
  idPrefix: string,
  { admits, hasToken, limits = LIMITS }: ServerGuards = {},
): Server {
  if (Object.hasOwn(app.response, 'writeHead')) throw new Error('This app has a server already')
  let count = 0

  class Request extends IncomingMessage {
    readHeaders: RequestHeaders | null = null
  }

  class Response extends ServerResponse {
    readonly requestId = `${idPrefix}-${(++count).toString(36)}`
    /** Headers that the answer has beside its own, whatever it is: a flat list. */
    extraHeaders = NO_HEADERS
    isStranger = false
    endListener: EndListener | null = null
    load: ClientLoad | null = null
    isOver = false

    /** A flat list of headers with nothing set before is the fast way through node:http. */
    override writeHead(status: number, reason?: string | Headers, headers?: Headers): this {
      const given = typeof reason === 'string' ? headers : (headers ?? reason)
      if (typeof reason === 'string') this.statusMessage = reason
      if (Array.isArray(given))
        return super.writeHead(status, [REQUEST_ID, this.requestId, ...this.extraHeaders, ...given])
      this.setHeader(REQUEST_ID, this.requestId)
      for (let at = 0; at < this.extraHeaders.length; at += 2)
        this.setHeader(this.extraHeaders[at] ?? '', this.extraHeaders[at + 1] ?? '')
      return super.writeHead(status, given)
    }
  }

  Object.setPrototypeOf(Request.prototype, app.request)
  Object.setPrototypeOf(Response.prototype, app.response)
  app.request = Request.prototype as unknown as typeof app.request
  app.response = Response.prototype as unknown as typeof app.response

  const classes = { IncomingMessage: Request, ServerResponse: Response as typeof ServerResponse }
  const { headerBytes, headersMs, requestMs } = limits
  const options = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: headersMs,
    // Node.js wants no less for the whole request than for its headers.
    requestTimeout: Math.max(requestMs, headersMs),
    maxHeaderSize: headerBytes,
    // Access asks for a host itself, and says what to do.
    requireHostHeader: admits === undefined,
    connectionsCheckingInterval: Math.ceil(Math.min(CHECK_EVERY_MS, headersMs / 4, requestMs / 4)),
    ...classes,
  }
  const shedder = new LoadShedder(limits, hasToken)
  const lines = new Pipelines<Request, Response>(limits.requestsInLine)
  const fullLine = prepareProblem({
    status: 429,
    detail: `${limits.requestsInLine} requests of this connection are in line already: read some answers first (MAX_REQUESTS_IN_LINE)`,
  })
  /** Why a request cannot be taken, whatever it asks for; null for one that can. */
  const refusalOf = (req: Request, res: Response) => {
    if (req.rawHeaders.length > MAX_HEADERS * 2) return tooManyHeaders
    if (headersOf(req).hasBody && !isPlain(req)) return unknownCoding
    return res.socket === null && lines.isFull(req.socket)
      ? fullLine
      : shedder.refusalOf(req, res.socket === null ? lines.waiting : 0)
  }
  function closed(this: Response): void {
    if (this.isOver) return
    this.isOver = true
    shedder.ended(this.load)
    this.endListener?.ended()
  }
  const enter = (req: Request, res: Response, answer: (req: Request, res: Response) => void) => {
    const isRefused = shedder.refused.has(req.socket)
    if (isRefused || res.socket === null) lines.took()
    if (isRefused) return
    const refusal = refusalOf(req, res)
    if (refusal !== null) {
      // What was sent behind it is not acted on.
      shedder.refused.add(req.socket)
      if (res.socket === null) lines.refuse(req.socket)
      refusal(res, CLOSE)
      return
    }
    res.load = shedder.count(req)
    res.on('close', closed)
    if (res.socket === null) lines.add(req, res, answer)
    else answer(req, res)
  }
  const serve = (req: Request, res: Response) => {
    if (admits === undefined || admits(req, res)) app(req as never, res as never)
  }
  const listener = (req: Request, res: Response) => enter(req, res, serve)
  const server = new Server(options, listener as RequestListener)
  // Node.js leaves out what is beyond a thousand, so that nobody would see it; the bytes are bounded all the same.
  server.maxHeadersCount = 0
  shedder.watch(server)
  lines.watch(server)
  cutSlowReaders(server)
  server.on('clientError', (error, socket) => {
    // It has its answer.
    if (shedder.refused.has(socket as Socket)) socket.end()
    else refuse(error, socket, limits)
  })
  server.on('checkExpectation', (req: Request, res: Response) => {
    enter(req, res, () => {
      if (admits === undefined || admits(req, res)) unexpected(res, CLOSE)
    })
  })
  return server
}

/** Whether a body is sent as it is, in chunks or not: node:http would hand one that is compressed on as if it were not. */
function isPlain({ headers }: IncomingMessage): boolean {
  return /^chunked$/i.test(headers['transfer-encoding'] ?? 'chunked')
}

/** The id of the request that `res` answers. */
export function requestIdOf(res: object): string {
  return 'requestId' in res && typeof res.requestId === 'string' ? res.requestId : ''
}

/** Answers what is no readable HTTP request, where the socket still can. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex, { headerBytes }: { headerBytes: number }): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, `The headers are larger than ${headerBytes} bytes`] as const)
      : (UNREADABLE[error.code ?? ''] ?? [400, 'The request is not valid HTTP/1.1'])
  socket.end(rawProblem({ status, detail }))
}

const UNREADABLE: Readonly<Record<string, readonly [number, string]>> = {
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are larger than 16 KB'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
}
