/** Mounts the operations of the control plane on Express: reads and checks what was sent, and answers JSON. */

import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { z } from 'zod'
import { hasBody, jsonBody } from '../../http/json.ts'
import { type Flaw, Problem, quote } from '../../http/problem.ts'
import { resource } from '../../http/resource.ts'
import type { ChaosControl } from '../control.ts'
import { DEFAULT_SESSION } from '../session/registry.ts'
import type { Session } from '../session/session.ts'
import type { Source } from '../settings/layers.ts'
import { check, SettingsError } from '../settings/patch.ts'
import type { Attendee, Call, Operation } from './operation.ts'

const ORIGINS = new Map<string, Source>([
  ['cli', 'cli'],
  ['web', 'web'],
])

/** Operations beside those of the failure model, at the paths that they name. */
export interface Api {
  /** To be mounted at `/`. */
  readonly routes: Router
  /** What `routes` does, for the OpenAPI document. */
  readonly operations: readonly Operation[]
}

/** Operations over HTTP. */
export function apiOf(control: ChaosControl, operations: readonly Operation[]): Api {
  return { routes: routes(control, operations), operations }
}

/** A router with every operation, to be mounted where their paths begin. */
export function routes(control: ChaosControl, operations: readonly Operation[]): Router {
  const router = Router()
  for (const path of new Set(operations.map(operation => operation.path))) {
    const methods = operations
      .filter(operation => operation.path === path)
      .map(operation => [operation.method, handlers(control, operation)])
    resource(router, path.replaceAll(/\{(\w+)\}/g, ':$1'), Object.fromEntries(methods))
  }
  return router
}

function handlers(control: ChaosControl, operation: Operation): RequestHandler[] {
  const act: RequestHandler = (req, res) => answer(res, operation, callOf(control, operation, req, res))
  if (!operation.body) return [act]
  const read = jsonBody()
  if (!operation.bodyOptional) return [...read, act]
  const optional = read.map(
    (step): RequestHandler =>
      (req, res, next) =>
        hasBody(req.headers) ? step(req, res, next) : next(),
  )
  return [...optional, act]
}

function callOf(control: ChaosControl, operation: Operation, req: Request, res: Response): Call {
  const query: Record<string, unknown> = { ...req.query }
  const session = sessionOf(control, query.session)
  delete query.session
  return {
    control,
    session,
    params: req.params as Record<string, string>,
    query: refused('parameter', () => check(operation.query, query)),
    body: operation.body && refused('pointer', () => check(operation.body as z.ZodType, bodyOf(operation, req))),
    source: ORIGINS.get(req.get('X-Chaos-Origin') ?? '') ?? 'api',
    attendee: (res.locals.attendee as Attendee | undefined) ?? null,
    ifMatch: req.get('If-Match'),
  }
}

function bodyOf({ bodyOptional }: Operation, req: Request): unknown {
  return bodyOptional && req.body === undefined ? {} : req.body
}

function answer(res: Response, operation: Operation, call: Call): void {
  const { status, body, headers } = refused('pointer', () => operation.run(call))
  res.status(status).set({ 'Cache-Control': 'no-store', ...headers })
  if (body === undefined) res.end()
  else res.json(body)
}

/** Turns what a schema refused into a problem that names every flaw. */
function refused<T>(where: 'pointer' | 'parameter', act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const errors = error.errors.map(
      (complaint): Flaw =>
        where === 'pointer'
          ? complaint
          : { parameter: complaint.pointer.split('/')[1] ?? '', detail: complaint.detail },
    )
    const first = errors.length === 1 ? error.message : `${errors.length} things are wrong; nothing was changed`
    throw new Problem(422, first, { errors })
  }
}

function sessionOf(control: ChaosControl, id: unknown): Session {
  const name = id ?? DEFAULT_SESSION
  const session = typeof name === 'string' ? control.sessions.get(name) : undefined
  if (!session) {
    throw new Problem(404, `There is no session ${quote(String(name))}: make it with POST /chaos/sessions`)
  }
  session.usedAt = control.clock.now()
  return session
}
