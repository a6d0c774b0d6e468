/** The rules of access: one decision about one request, from what it says and from how the server was started. */

import type { ProblemFields } from '../http/problem.ts'

/** What the rules ask of a request. */
export interface AccessRequest {
  /** GET, HEAD and OPTIONS change nothing. */
  readonly change: boolean
  /** `/chaos…`, `/runs…`, `/experiments…`, `/challenges…` and `/polls…`; the catalog, the page and the probes are not. */
  readonly control: boolean
  /** Every Host header, in lower case. */
  readonly hosts: readonly string[]
  readonly origin: string | null
  /** `Sec-Fetch-Site`, which only a browser sends and no page can forge. */
  readonly fetchSite: string | null
  /** `Content-Type`, or null. */
  readonly contentType: string | null
  readonly hasBody: boolean
  /** It carries the token. */
  readonly hasToken: boolean
  /** It carries a ticket that was good, for the events. */
  readonly hasTicket: boolean
  /** It makes a session, or changes nothing but one that the same client has made. */
  readonly ownSession: boolean
  /** It goes where an experiment is begun or simulated: to simulate changes nothing, and the route sees to it that nothing else is done. */
  readonly simulation: boolean
}

/** Whether a path belongs to the control plane, as the catalog, the page and the probes do not. */
export function isControlPath(path: string): boolean {
  return ['/chaos', '/runs', '/experiments', '/challenges', '/polls'].some(start => path.startsWith(start))
}

/** How the server was started. */
export interface AccessSettings {
  /** Hosts by which it may be called, in lower case, with and without the port. */
  readonly hosts: ReadonlySet<string>
  /** Changes need the token. */
  readonly locked: boolean
  /** Other machines reach it: then reading the control plane needs the token too. */
  readonly exposed: boolean
  /** Attendees may read, and change sessions of their own. */
  readonly openSessions: boolean
}

/** The problem of a request that is refused, or null for one that is admitted. */
export function checkAccess(request: AccessRequest, settings: AccessSettings): ProblemFields | null {
  const host = request.hosts[0]
  const several = request.hosts.length > 1
  if (host === undefined || several || !settings.hosts.has(host)) return wrongHost(host, several)
  if (request.change && !isOwnPage(request, host)) return FOREIGN_ORIGIN
  if (settings.locked && !request.hasToken && !isOpen(request, settings))
    return settings.openSessions ? NOT_OWN_SESSION : LOCKED
  if (request.change && (request.hasBody || request.contentType !== null) && !isJson(request.contentType))
    return NOT_JSON
  return null
}

/** No browser sent it, or a page of this very server did: same scheme-less authority, and the browser says so. */
function isOwnPage({ origin, fetchSite }: AccessRequest, host: string): boolean {
  if (origin !== null && origin !== `http://${host}` && origin !== `https://${host}`) return false
  return fetchSite === null || fetchSite === 'same-origin' || fetchSite === 'none'
}

/** What needs no token on a server that has one. */
function isOpen(
  { change, control, hasTicket, ownSession, simulation }: AccessRequest,
  { exposed, openSessions }: AccessSettings,
): boolean {
  if (simulation) return !exposed || openSessions
  if (change) return openSessions && ownSession
  return !control || !exposed || openSessions || hasTicket
}

/** Whether it is of the media types with which a form of another site cannot send anything. */
function isJson(type: string | null): boolean {
  const [name = ''] = (type ?? '').split(';')
  return /^application\/(merge-patch\+)?json$/i.test(name.trim())
}

function wrongHost(host: string | undefined, several: boolean): ProblemFields {
  const name = host?.slice(0, 80) ?? ''
  const what = several ? 'Two Host headers' : name ? `The host ${JSON.stringify(name)}` : 'No Host header'
  const how = name && !several ? `, or start it with --allow-host ${name.replace(/[^a-z0-9.:[\]-]/g, '')}` : ''
  return { status: 403, detail: `${what}: call the server by an address that it printed${how} (ALLOW_HOSTS)` }
}

const FOREIGN_ORIGIN: ProblemFields = {
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
const NOT_OWN_SESSION: ProblemFields = {
  status: 401,
  detail:
    'Without the token only sessions of your own can be changed: make one with POST /chaos/sessions, name it with ?session= and send Authorization: Bearer with the key that came with it, or with the CHAOS_TOKEN of the host',
  headers: CHALLENGE,
}
const NOT_JSON: ProblemFields = { status: 415, detail: 'Send the body as Content-Type: application/json' }
