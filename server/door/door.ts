/** The door in front of every route: reads what a request says, lets `admit` decide, and answers those who stay outside. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { parse } from 'node:querystring'
import type { RequestHandler } from 'express'
import { sendJson } from '../json.ts'
import { type ProblemFields, prepareProblem } from '../problem.ts'
import { admit, type Facts, type Policy } from './admit.ts'
import { PREFLIGHT, SHARED } from './cross-origin.ts'
import { read, type Said, targetOf } from './facts.ts'
import { type Fits, lockOf } from './key.ts'
import { TICKET_MS, type Tickets } from './tickets.ts'

export interface DoorParts {
  /** What changes must carry, or null. */
  readonly token: string | null
  readonly openSessions: boolean
  readonly tickets: Tickets
  /** The address of the client that made a session without the token; null for one that the host made. */
  readonly ownerOf: (session: string) => string | null
}

/** An answer that the door can add headers to. */
export type Answer = ServerResponse & { also?: readonly string[]; locals?: unknown }

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])
const OWN_SESSION = /^\/chaos\/sessions\/([A-Za-z0-9._-]{1,64})\/?$/
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
    if (catalog && said.origin !== null) res.also = SHARED
    // A proxy's way to name a host would pass by the list of hosts.
    if (!url.startsWith('/') && url !== '*') return this.#refuse(req, res, WHOLE_URL)
    const facts = this.#facts(req, said, catalog)
    const problem = admit(facts, this.#policy)
    if (problem) return this.#refuse(req, res, problem)
    if (catalog && said.asks && req.method === 'OPTIONS') {
      res.also = []
      res.writeHead(204, PREFLIGHT).end()
      return false
    }
    if (facts.own) res.locals = { attendee: addressOf(req) }
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
      control: asked && (path.startsWith('/chaos') || path.startsWith('/runs')),
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
    if (req.method === 'POST' && path === '/chaos/sessions') return true
    // A fragment or a letter beyond ASCII is where two readers of one URL may differ.
    if (!PLAIN.test(query)) return false
    const [, deleted] = OWN_SESSION.exec(path) ?? []
    const { session } = parse(query)
    const id = req.method === 'DELETE' && deleted !== undefined ? deleted : IN_SESSION.test(path) ? session : undefined
    return typeof id === 'string' && this.#parts.ownerOf(id) === addressOf(req)
  }
}

function addressOf(req: IncomingMessage): string {
  return req.socket.remoteAddress ?? ''
}

const WHOLE_URL: ProblemFields = {
  status: 400,
  detail: 'Send the path alone in the request line, such as GET /catalogs',
}
