/** The door in front of every route: reads what a request says, lets `admit` decide, and answers those who stay outside. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { parse } from 'node:querystring'
import type { RequestHandler } from 'express'
import type { Attendee } from '../chaos/api/operation.ts'
import { type ProblemFields, prepareProblem } from '../http/problem.ts'
import { sendJson } from '../json.ts'
import { KEPT, PREFLIGHT, SHARED } from './cors.ts'
import { isControl, read, type Said, targetOf } from './headers.ts'
import { admit, type Facts, type Policy } from './rules.ts'
import { TICKET_MS, type Tickets } from './tickets.ts'
import { bearerOf, type Fits, lockOf, nameOf } from './token.ts'

export interface DoorParts {
  /** What changes must carry, or null. */
  readonly token: string | null
  readonly openSessions: boolean
  readonly tickets: Tickets
  /** A text that cannot be guessed, another one each time. */
  readonly secret: () => string
  readonly labs: Labs
}

/** What the door asks of the sessions. */
export interface Labs {
  /** The id of the attendee who made a session; null for one that the host made, and for none. */
  ownerOf(session: string): string | null
  /** The session that a scenario's run plays in, or null. */
  sessionOf(run: string): string | null
  /** Whether an attendee has a session. */
  knows(owner: string): boolean
}

/** An answer that the door can add headers to. */
export type Answer = ServerResponse & { also?: readonly string[]; locals?: unknown }

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])
const SESSIONS = '/chaos/sessions'
const OWN_SESSION = /^\/chaos\/sessions\/([A-Za-z0-9._-]{1,64})\/?$/
const OWN_RUN = /^\/chaos\/runs\/([a-z0-9-]{1,64})\/?$/
const PLAIN = /^[!"$-~]*$/
/** Changes that act in the session of `?session=` and nowhere else. */
const IN_SESSION = /^\/chaos(?:\/|\/fail-rate|\/stats|\/requests|\/outages|\/reset|\/scenarios\/[^/]+\/runs)?$/

export class Door {
  readonly #parts: DoorParts
  readonly #fits: Fits
  /** Connections that end with a refusal: what was sent behind it is not acted on. */
  readonly #gone = new WeakSet<Socket>()
  #policy: Policy

  constructor(parts: DoorParts) {
    this.#parts = parts
    this.#fits = parts.token === null ? () => false : lockOf(parts.token)
    this.#policy = { hosts: new Set(), locked: parts.token !== null, exposed: true, openSessions: parts.openSessions }
  }

  /** Opens: from now on the server is reached by `hosts`, from this machine alone or, `exposed`, from others. */
  open(hosts: ReadonlySet<string>, exposed: boolean): void {
    this.#policy = { ...this.#policy, hosts, exposed }
  }

  /** Whether a request is let in; one that is not has been answered. */
  readonly lets = (req: IncomingMessage, res: Answer): boolean => {
    if (this.#gone.has(req.socket)) return false
    const said = read(req.rawHeaders)
    const { url = '' } = req
    const catalog = url.startsWith('/catalogs')
    if (!catalog) res.also = KEPT
    else if (said.origin !== null) res.also = SHARED
    if (!isPath(url)) return this.#refuse(req, res, WHOLE_URL)
    const facts = this.#facts(req, said, catalog)
    const problem = admit(facts, this.#policy)
    if (problem) return this.#refuse(req, res, problem)
    if (catalog && said.asks && req.method === 'OPTIONS') {
      res.also = []
      res.writeHead(204, PREFLIGHT).end()
      return false
    }
    if (facts.own) res.locals = { attendee: this.#attendeeOf(req) }
    return true
  }

  /** `POST /chaos/tickets`. */
  readonly giveTicket: RequestHandler = (_req, res) => {
    const json = JSON.stringify({ ticket: this.#parts.tickets.give(), expiresInMs: TICKET_MS })
    sendJson(res, json, ['Cache-Control', 'no-store'], 201)
  }

  #refuse(req: IncomingMessage, res: Answer, fields: ProblemFields): false {
    this.#gone.add(req.socket)
    prepareProblem(fields)(res, [...Object.entries(fields.headers ?? {}).flat(), 'Connection', 'close'])
    return false
  }

  #facts(req: IncomingMessage, said: Said, catalog: boolean): Facts {
    const change = !READING.has(req.method ?? '')
    const outside = catalog && !change
    const key = !outside && this.#policy.locked && this.#fits(req.headers.authorization)
    const asked = !outside && this.#policy.locked && !key
    const { path, query } = asked ? targetOf(req) : { path: '', query: '' }
    const { hosts, origin, site, type, body } = said
    // Named one by one: `...said` took 5 microseconds, a third of the whole request.
    return {
      hosts,
      origin,
      site,
      type,
      body,
      change,
      control: asked && isControl(path),
      key,
      ticket: asked && !change && path === '/chaos/events' && this.#takes(query),
      own: asked && change && this.#policy.openSessions && this.#isOwn(req, path, query),
    }
  }

  #takes(query: string): boolean {
    const { ticket } = parse(query)
    return typeof ticket === 'string' && this.#parts.tickets.take(ticket)
  }

  /** Read as the routes read it, so that both mean the same session. */
  #isOwn(req: IncomingMessage, path: string, query: string): boolean {
    if (req.method === 'POST' && path === SESSIONS) return true
    // A fragment or a letter beyond ASCII is where two readers of one URL may differ.
    if (!PLAIN.test(query)) return false
    const id = this.#sessionOf(req.method, path, query)
    return typeof id === 'string' && this.#parts.labs.ownerOf(id) === ownerOf(req)
  }

  /** The session that a change is about, where it is about one alone. */
  #sessionOf(method: string | undefined, path: string, query: string): unknown {
    if (method === 'DELETE') {
      const [, session] = OWN_SESSION.exec(path) ?? []
      if (session !== undefined) return session
      const [, run] = OWN_RUN.exec(path) ?? []
      if (run !== undefined) return this.#parts.labs.sessionOf(run)
    }
    return IN_SESSION.test(path) ? parse(query).session : null
  }

  /** Who comes with a key that opens a session has that one; everybody else is given a new one. */
  #attendeeOf(req: IncomingMessage): Attendee {
    const id = ownerOf(req)
    if (this.#parts.labs.knows(id)) return { id, key: bearerOf(req.headers.authorization) }
    const key = this.#parts.secret()
    return { id: nameOf(key), key }
  }
}

function ownerOf({ headers }: IncomingMessage): string {
  return nameOf(bearerOf(headers.authorization))
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

const WHOLE_URL: ProblemFields = {
  status: 400,
  detail: 'Send the path alone in the request line, such as GET /catalogs',
}
