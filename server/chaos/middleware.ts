/** The failure model as Express middleware: meets each request of the data plane before its handler does. */

import type { ServerResponse } from 'node:http'
import type { Request, RequestHandler } from 'express'
import { Problem } from '../problem.ts'
import { decide } from './decide.ts'
import { CALM, type Fate } from './fate.ts'
import type { Injector } from './inject.ts'
import type { Lab } from './lab.ts'
import type { Session } from './session.ts'
import { SESSION_ID } from './sessions.ts'
import { readSignals, type Signals } from './signals.ts'
import { type Victim, waitThen } from './victim.ts'
import type { Visit } from './visit.ts'

const COLLECTION = '/catalogs'
const ITEM = '/catalogs/{code}'

/** Faults for the routes that it is mounted on. */
export function faults(lab: Lab, injector: Injector): RequestHandler {
  const signals: Signals = { session: '', key: null, attempt: 0, forced: false }
  return (req, res, next) => {
    if (req.method === 'OPTIONS') {
      next()
      return
    }
    readSignals(req.rawHeaders, signals)
    const session = signals.session === '' ? lab.sessions.first : sessionOf(lab, signals.session)
    if (!session) {
      next(new Problem(400, 'X-Chaos-Session must be 1 to 64 letters, digits, dots, dashes or underscores'))
      return
    }
    const now = lab.clock.now()
    const plan = session.plan()
    const visit = arrive(session, req, signals, plan.counts(signals.key), now)
    res.on('close', () => leave(lab, session, visit, res))
    visit.fate = decide(plan, null, visit, req, now)
    const { fate } = visit
    if (fate.fault === null && fate.delayMs === 0 && fate.bucket === null) {
      next()
      return
    }
    const victim: Victim = { req, res, visit, waits: session.waits, serve: next }
    if (fate.delayMs > 0) waitThen(victim, fate.delayMs, () => meet(injector, victim, fate))
    else meet(injector, victim, fate)
  }
}

function meet(injector: Injector, victim: Victim, fate: Fate): void {
  if (fate.fault) injector.perform(victim, fate, fate.fault)
  else {
    if (fate.bucket) injector.announce(victim.res, fate.bucket)
    victim.serve()
  }
}

/** The session that a request names, made on demand; undefined where the name is none. */
function sessionOf(lab: Lab, id: string): Session | undefined {
  const session = lab.sessions.get(id)
  if (session) return session
  return SESSION_ID.test(id) ? lab.create({ id, pinned: false }) : undefined
}

function arrive(session: Session, req: Request, signals: Signals, counts: boolean, now: number): Visit {
  const path = pathOf(req.originalUrl)
  const code = codeOf(path)
  const visit: Visit = {
    session: session.id,
    key: signals.key,
    arrival: counts ? session.arrivals : -1,
    attempt: signals.attempt,
    method: req.method,
    route: code !== '' ? ITEM : path === COLLECTION ? COLLECTION : 'other',
    code,
    startedAt: now,
    atMs: session.time.at(now),
    fate: CALM,
    outcome: null,
    fault: '',
    overflow: false,
    status: 0,
    endedAt: now,
  }
  if (counts) session.arrivals += 1
  session.usedAt = now
  session.inFlight += 1
  session.log.started(visit)
  return visit
}

function leave(lab: Lab, session: Session, visit: Visit, res: ServerResponse): void {
  session.inFlight -= 1
  visit.endedAt = lab.clock.now()
  if (res.headersSent) visit.status = res.statusCode
  if (visit.outcome === null) {
    if (!res.writableFinished) visit.outcome = 'aborted'
    else if (res.statusCode < 400) visit.outcome = 'success'
    else visit.outcome = res.statusCode < 500 ? 'clientError' : 'serverError'
  }
  session.log.ended(visit)
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/** The product code in a path, or an empty string. */
function codeOf(path: string): string {
  if (path.length <= COLLECTION.length + 1 || !path.startsWith(COLLECTION) || path[COLLECTION.length] !== '/') return ''
  const code = path.slice(COLLECTION.length + 1)
  return code.includes('/') ? '' : code
}
