/** Who gets in: one decision about one request, from what it says and from how the server was started. */

import type { ProblemFields } from '../http/problem.ts'

/** What a request says of itself, as far as the door asks. */
export interface Facts {
  /** GET, HEAD and OPTIONS change nothing. */
  readonly change: boolean
  /** `/chaos…` and `/runs…`; the catalog, the page and the probes are not. */
  readonly control: boolean
  /** Every Host header, in lower case. */
  readonly hosts: readonly string[]
  readonly origin: string | null
  /** `Sec-Fetch-Site`, which only a browser sends and no page can forge. */
  readonly site: string | null
  /** `Content-Type`, or null. */
  readonly type: string | null
  readonly body: boolean
  /** It carries the token. */
  readonly key: boolean
  /** It carries a ticket that was good, for the events. */
  readonly ticket: boolean
  /** It makes a session, or changes nothing but one that the same client has made. */
  readonly own: boolean
}

/** How the server was started. */
export interface Policy {
  /** Hosts by which it may be called, in lower case, with and without the port. */
  readonly hosts: ReadonlySet<string>
  /** Changes need the token. */
  readonly locked: boolean
  /** Other machines reach it: then reading the control plane needs the token too. */
  readonly exposed: boolean
  /** Attendees may read, and change sessions of their own. */
  readonly openSessions: boolean
}

/** The problem that keeps a request out, or null for one that is let in. */
export function admit(facts: Facts, policy: Policy): ProblemFields | null {
  const host = facts.hosts[0]
  const many = facts.hosts.length > 1
  if (host === undefined || many || !policy.hosts.has(host)) return wrongHost(host, many)
  if (facts.change && !isOwnPage(facts, host)) return FOREIGN
  if (policy.locked && !facts.key && !isOpen(facts, policy)) return policy.openSessions ? NOT_YOURS : LOCKED
  if (facts.change && (facts.body || facts.type !== null) && !isJson(facts.type)) return NO_JSON
  return null
}

/** No browser sent it, or a page of this very server did: same scheme-less authority, and the browser says so. */
function isOwnPage({ origin, site }: Facts, host: string): boolean {
  if (origin !== null && origin !== `http://${host}` && origin !== `https://${host}`) return false
  return site === null || site === 'same-origin' || site === 'none'
}

/** What needs no token on a server that has one. */
function isOpen({ change, control, ticket, own }: Facts, { exposed, openSessions }: Policy): boolean {
  if (change) return openSessions && own
  return !control || !exposed || openSessions || ticket
}

/** Media types with which a form of another site cannot send anything. */
function isJson(type: string | null): boolean {
  const [name = ''] = (type ?? '').split(';')
  return /^application\/(merge-patch\+)?json$/i.test(name.trim())
}

function wrongHost(host: string | undefined, many: boolean): ProblemFields {
  const name = host?.slice(0, 80) ?? ''
  const what = many ? 'Two Host headers' : name ? `The host ${JSON.stringify(name)}` : 'No Host header'
  const how = name && !many ? `, or start it with --allow-host ${name.replace(/[^a-z0-9.:[\]-]/g, '')}` : ''
  return { status: 403, detail: `${what}: call the server by an address that it printed${how} (ALLOW_HOSTS)` }
}

const FOREIGN: ProblemFields = {
  status: 403,
  detail:
    'A page of another origin asks for a change: only the page of this server may, or a client that is no browser',
}
const CHALLENGE = { 'WWW-Authenticate': 'Bearer' }
const LOCKED: ProblemFields = {
  status: 401,
  detail: 'This server is locked: send Authorization: Bearer with the CHAOS_TOKEN that it was started with',
  headers: CHALLENGE,
}
const NOT_YOURS: ProblemFields = {
  status: 401,
  detail:
    'Without the token only sessions of your own can be changed: make one with POST /chaos/sessions, name it with ?session= and send Authorization: Bearer with the key that came with it, or with the CHAOS_TOKEN of the host',
  headers: CHALLENGE,
}
const NO_JSON: ProblemFields = { status: 415, detail: 'Send the body as Content-Type: application/json' }
