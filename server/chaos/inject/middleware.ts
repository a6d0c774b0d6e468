/** The failure model as Express middleware: meets each request of the data plane before its handler does. */

import type { ServerResponse } from 'node:http'
import type { NextFunction, Request, RequestHandler } from 'express'
import { Problem } from '../../http/problem.ts'
import type { Capacity } from '../capacity/capacity.ts'
import type { ChaosControl } from '../control.ts'
import type { Plan } from '../decision/compiled-settings.ts'
import { decide } from '../decision/decide.ts'
import { CALM, type Fate } from '../decision/decision.ts'
import type { Visit } from '../decision/request-record.ts'
import { noRoom } from '../no-room.ts'
import { SESSION_ID } from '../session/registry.ts'
import type { Session } from '../session/session.ts'
import { ForceError, forcedFate, isHeard } from './forced.ts'
import { copyOf, readSignals, type Signals } from './headers.ts'
import { type Victim, waitThen } from './http-call.ts'
import type { Injector } from './inject.ts'

const COLLECTION = '/catalogs'
const ITEM = '/catalogs/{code}'
const SLASH = 47
const LONGEST_CODE = 128

/** Faults for the routes that it is mounted on. */
export function faults(control: ChaosControl, injector: Injector): RequestHandler {
  const signals: Signals = { session: '', key: null, attempt: 0, forced: false }
  return (req, res, next) => {
    if (req.method === 'OPTIONS') {
      next()
      return
    }
    readSignals(req.rawHeaders, signals)
    const session = signals.session === '' ? control.sessions.first : sessionOf(control, signals.session, next)
    if (!session) return
    if (session.run?.isDue()) session.run.advance()
    const now = control.clock.now()
    const plan = session.plan()
    const visit = arrive(session, req, signals, plan.counts(signals.key), now)
    res.on('close', () => leave(control, session, visit, res))
    const victim = { req, res, visit, waits: session.waits, serve: next }
    if (signals.forced && isHeard(req)) {
      const forced = forcedBy(plan, victim, next)
      if (forced === undefined) return
      if (forced) {
        visit.fate = forced
        meet(injector, victim)
        return
      }
    }
    const trouble = control.weather(session, plan, now)
    const capacity = trouble ? null : session.capacity
    if (capacity && !queue(injector, capacity, victim, plan)) return
    visit.fate = decide(plan, trouble, visit, req, now)
    // Who was let into the queue meets its fate when it has been worked on.
    if (!capacity) meet(injector, victim)
  }
}

/** Waits as long as the fate says, then does what it says. */
function meet(injector: Injector, victim: Victim): void {
  const { delayMs } = victim.visit.fate
  if (delayMs > 0) waitThen(victim, delayMs, () => act(injector, victim))
  else act(injector, victim)
}

function act(injector: Injector, victim: Victim): void {
  const { fate } = victim.visit
  if (fate.fault) injector.perform(victim, fate, fate.fault)
  else {
    if (fate.bucket) injector.announce(victim.res, fate.bucket)
    victim.serve()
  }
}

/** Lets a request into the capacity model, to meet its fate when it has been worked on; false where it was refused. */
function queue(injector: Injector, capacity: Capacity, victim: Victim, { settings }: Plan): boolean {
  const refuse = () => injector.refuse(victim, settings.capacity?.whenFull ?? 'status')
  const ticket = capacity.enter({ run: () => meet(injector, victim), refuse }, victim.visit.startedAt)
  if (ticket) victim.res.once('close', () => ticket.leave())
  else refuse()
  return ticket !== null
}

/** What the request asks for itself: null for nothing, undefined where that cannot be understood and was answered. */
function forcedBy(plan: Plan, { visit, req }: Victim, next: NextFunction): Fate | null | undefined {
  try {
    return forcedFate(plan, visit, req.headers)
  } catch (error) {
    if (!(error instanceof ForceError)) throw error
    next(new Problem(400, error.message))
    return undefined
  }
}

/** The session that a request names, made on demand; null where there can be none, which was answered. */
function sessionOf(control: ChaosControl, id: string, next: NextFunction): Session | null {
  const known = control.sessions.get(id)
  if (known) return known
  if (!SESSION_ID.test(id)) {
    next(new Problem(400, 'X-Chaos-Session must be 1 to 64 letters, digits, dots, dashes or underscores'))
    return null
  }
  const session = control.create({ id, pinned: false })
  if (!session) next(noRoom(control.sessions.limits))
  return session
}

function arrive(session: Session, req: Request, signals: Signals, counts: boolean, now: number): Visit {
  const code = codeOf(req.originalUrl)
  const visit: Visit = {
    session: session.id,
    key: signals.key,
    arrival: counts ? session.arrivals : -1,
    attempt: signals.attempt,
    method: req.method,
    route: code !== '' ? ITEM : isCollection(req.originalUrl) ? COLLECTION : 'other',
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

function leave(control: ChaosControl, session: Session, visit: Visit, res: ServerResponse): void {
  session.inFlight -= 1
  visit.endedAt = control.clock.now()
  if (res.headersSent) visit.status = res.statusCode
  if (visit.outcome === null) {
    if (!res.writableFinished) visit.outcome = 'aborted'
    else if (res.statusCode < 400) visit.outcome = 'success'
    else visit.outcome = res.statusCode < 500 ? 'clientError' : 'serverError'
  }
  session.log.ended(visit)
}

/** The product code in a URL, or an empty string. Codes outlive their requests in the journal, so none is a part of a long text. */
function codeOf(url: string): string {
  if (url.charCodeAt(COLLECTION.length) !== SLASH || !url.startsWith(COLLECTION)) return ''
  const query = url.indexOf('?')
  const code = url.slice(COLLECTION.length + 1, query < 0 ? url.length : query)
  if (code.length > LONGEST_CODE || code.includes('/')) return ''
  return url.length > LONGEST_CODE * 2 ? copyOf(code) : code
}

function isCollection(url: string): boolean {
  return url === COLLECTION || url.startsWith(`${COLLECTION}?`)
}
