/** Access, asked before every route: reads what a request says, has the rules decide, and answers what they refuse. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { parse } from 'node:querystring'
import type { RequestHandler } from 'express'
import type { Attendee } from '../chaos/api/operation.ts'
import { sendJson } from '../http/json.ts'
import { type ProblemFields, prepareProblem } from '../http/problem.ts'
import { headersOf, type RequestHeaders } from '../http/request-headers.ts'
import { CATALOG_HEADERS, OTHER_HEADERS, PREFLIGHT_HEADERS } from './cors.ts'
import { type AccessRequest, type AccessSettings, checkAccess, isControlPath } from './rules.ts'
import { TICKET_MS, type Tickets } from './tickets.ts'
import { bearerToken, digestName, type TokenCheck, tokenCheck } from './token.ts'
import type { WrongTokens } from './wrong-tokens.ts'

export interface AccessParts {
  /** What changes must carry, or null. */
  readonly token: string | null
  readonly openSessions: boolean
  readonly tickets: Tickets
  /** A text that cannot be guessed, another one each time. */
  readonly secret: () => string
  readonly sessions: SessionOwners
  readonly wrongTokens: WrongTokens
  /** The id of the attendee in whose session a challenge is or was played; null for one of the host, and for none. */
  readonly challengeOwner: (challenge: string) => string | null
}

/** What access asks of the sessions. */
export interface SessionOwners {
  /** The id of the attendee who made a session; null for one that the host made, and for none. */
  ownerOf(session: string): string | null
  /** The session of a scenario run, or null. */
  sessionOf(run: string): string | null
  /** Whether an attendee has a session. */
  knows(owner: string): boolean
}

/** An answer that headers can be added to. */
export type Answer = ServerResponse & {
  extraHeaders?: readonly string[]
  locals?: unknown
  /** Somebody else than the host asks, on a server that other machines reach: he gets a share of what there is. */
  isStranger?: boolean
  /** It was admitted without the token because a simulation changes nothing: nothing else may be done for it. */
  onlySimulates?: boolean
}

const READ_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const SESSIONS = '/chaos/sessions'
const EXPERIMENTS = /^\/experiments\/?$/
const OWN_SESSION = /^\/chaos\/sessions\/([A-Za-z0-9._-]{1,64})\/?$/
const OWN_RUN = /^\/chaos\/runs\/([a-z0-9-]{1,64})\/?$/
const OWN_CHALLENGE = /^\/challenges\/([a-z0-9-]{1,64})\/?$/
const PLAIN_QUERY = /^[!"$-~]*$/
/** Changes that act in the session of `?session=` and nowhere else. */
const IN_SESSION =
  /^\/challenges\/?$|^\/polls\/[a-z0-9-]{1,64}\/vote\/?$|^\/chaos(?:\/|\/fail-rate|\/stats|\/requests|\/outages|\/reset|\/scenarios\/[^/]+\/runs)?$/

export class Access {
  readonly #parts: AccessParts
  readonly #hasToken: TokenCheck
  /** Connections that end with a refusal: what was sent behind it is not acted on. */
  readonly #refused = new WeakSet<Socket>()
  #settings: AccessSettings

  constructor(parts: AccessParts) {
    this.#parts = parts
    this.#hasToken = parts.token === null ? () => false : tokenCheck(parts.token)
    this.#settings = { hosts: new Set(), locked: parts.token !== null, exposed: true, openSessions: parts.openSessions }
  }

  /** From now on the server is reached by `hosts`, from this machine alone or, `exposed`, from others. */
  open(hosts: ReadonlySet<string>, exposed: boolean): void {
    this.#settings = { ...this.#settings, hosts, exposed }
  }

  /** Whether a request is admitted; one that is not has been answered. */
  readonly admits = (req: IncomingMessage, res: Answer): boolean => {
    if (this.#refused.has(req.socket)) return false
    const headers = headersOf(req)
    const { url = '' } = req
    const catalog = url.startsWith('/catalogs')
    if (!catalog) res.extraHeaders = OTHER_HEADERS
    else if (headers.origin !== null) res.extraHeaders = CATALOG_HEADERS
    if (!isPath(url)) return this.#refuse(req, res, NOT_A_PATH)
    if (!catalog && this.#settings.locked && req.headers.authorization !== undefined) {
      const waitMs = this.#parts.wrongTokens.waitMs(addressOf(req))
      if (waitMs > 0 && !this.#hasToken(req.headers.authorization) && !this.#parts.sessions.knows(ownerOf(req)))
        return this.#refuse(req, res, tooManyWrong(waitMs))
    }
    const request = this.#requestOf(req, headers, catalog)
    const problem = checkAccess(request, this.#settings)
    if (problem) return this.#refuse(req, res, problem)
    if (catalog && headers.preflight && req.method === 'OPTIONS') {
      res.extraHeaders = []
      res.writeHead(204, PREFLIGHT_HEADERS).end()
      return false
    }
    if (request.ownSession) res.locals = { attendee: this.#attendeeOf(req) }
    res.onlySimulates = request.simulation
    res.isStranger = this.#settings.exposed && this.#settings.locked && !request.hasToken && !request.hasTicket
    return true
  }

  /** Whether a request carries the token, whatever it asks for. */
  readonly hasToken = (req: IncomingMessage): boolean => {
    return req.headers.authorization !== undefined && this.#isRight(req)
  }

  /** A wrong token is remembered, while those of its address are looked at; the key of an attendee is none. */
  #isRight(req: IncomingMessage): boolean {
    const { authorization } = req.headers
    if (this.#hasToken(authorization)) return true
    const { wrongTokens, sessions } = this.#parts
    const [owner, address] = [ownerOf(req), addressOf(req)]
    if (bearerToken(authorization) !== '' && wrongTokens.waitMs(address) === 0 && !sessions.knows(owner))
      wrongTokens.add(address, owner)
    return false
  }

  /** `POST /chaos/tickets`. */
  readonly issueTicket: RequestHandler = (_req, res) => {
    const json = JSON.stringify({ ticket: this.#parts.tickets.issue(), expiresInMs: TICKET_MS })
    sendJson(res, json, ['Cache-Control', 'no-store'], 201)
  }

  #refuse(req: IncomingMessage, res: Answer, fields: ProblemFields): false {
    this.#refused.add(req.socket)
    prepareProblem(fields)(res, [...Object.entries(fields.headers ?? {}).flat(), 'Connection', 'close'])
    return false
  }

  #requestOf(req: IncomingMessage, headers: RequestHeaders, catalog: boolean): AccessRequest {
    const change = !READ_METHODS.has(req.method ?? '')
    const free = catalog && !change
    const hasToken = !free && this.#settings.locked && this.#isRight(req)
    const needsMore = !free && this.#settings.locked && !hasToken
    const { path, query } = needsMore ? targetOf(req) : { path: '', query: '' }
    const { hosts, origin, fetchSite, contentType, hasBody } = headers
    // Named one by one: `...headers` took 5 microseconds, a third of the whole request.
    return {
      hosts,
      origin,
      fetchSite,
      contentType,
      hasBody,
      change,
      control: needsMore && isControlPath(path),
      hasToken,
      hasTicket: needsMore && !change && path === '/chaos/events' && this.#redeems(query),
      ownSession: needsMore && change && this.#settings.openSessions && this.#isOwn(req, path, query),
      simulation: needsMore && req.method === 'POST' && EXPERIMENTS.test(path),
    }
  }

  #redeems(query: string): boolean {
    const { ticket } = parse(query)
    return typeof ticket === 'string' && this.#parts.tickets.redeem(ticket)
  }

  /** The query is read as the routes read it, so that both mean the same session. */
  #isOwn(req: IncomingMessage, path: string, query: string): boolean {
    if (req.method === 'POST' && path === SESSIONS) return true
    // A fragment or a letter beyond ASCII is where two readers of one URL may differ.
    if (!PLAIN_QUERY.test(query)) return false
    const [, challenge] = req.method === 'DELETE' ? (OWN_CHALLENGE.exec(path) ?? []) : []
    if (challenge !== undefined) return this.#parts.challengeOwner(challenge) === ownerOf(req)
    const id = this.#sessionOf(req.method, path, query)
    return typeof id === 'string' && this.#parts.sessions.ownerOf(id) === ownerOf(req)
  }

  /** The session that a change is about, where it is about one alone. */
  #sessionOf(method: string | undefined, path: string, query: string): unknown {
    if (method === 'DELETE' || method === 'PATCH') {
      const [, session] = OWN_SESSION.exec(path) ?? []
      if (session !== undefined) return session
    }
    if (method === 'DELETE') {
      const [, run] = OWN_RUN.exec(path) ?? []
      if (run !== undefined) return this.#parts.sessions.sessionOf(run)
    }
    return IN_SESSION.test(path) ? parse(query).session : null
  }

  /** Who sends the key of a session is its attendee; everybody else is given a new key. */
  #attendeeOf(req: IncomingMessage): Attendee {
    const id = ownerOf(req)
    const client = addressOf(req)
    if (this.#parts.sessions.knows(id)) return { id, key: bearerToken(req.headers.authorization), client }
    const key = this.#parts.secret()
    return { id: digestName(key), key, client }
  }
}

/** Where a request goes: the path as it was sent, and what follows the question mark. */
function targetOf({ url = '' }: IncomingMessage): { path: string; query: string } {
  const mark = url.indexOf('?')
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? ''
}

function tooManyWrong(waitMs: number): ProblemFields {
  return {
    status: 429,
    detail: 'Too many wrong tokens came from your address: wait before you send another',
    headers: { 'Retry-After': String(Math.ceil(waitMs / 1_000)) },
  }
}

function ownerOf({ headers }: IncomingMessage): string {
  return digestName(bearerToken(headers.authorization))
}

/**
 * Whether everybody reads the same path in it. A whole URL, or two slashes, would name a host that passes by the list of
 * hosts; and what follows a fragment is a path to some readers of URLs and not to others.
 */
function isPath(url: string): boolean {
  if (!url.startsWith('/')) return url === '*'
  const second = url[1]
  return second !== '/' && second !== '\\' && !url.includes('#')
}

const NOT_A_PATH: ProblemFields = {
  status: 400,
  detail: 'Send the path alone in the request line, such as GET /catalogs',
}
