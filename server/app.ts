/** Every route of the server, on one page. */

import express, { type Express, type RequestHandler } from 'express'
import type { Catalog } from './catalog/catalog.ts'
import { listProducts, plainProduct, showProduct } from './catalog/routes.ts'
import type { Operation } from './chaos/api/operation.ts'
import type { Api } from './chaos/api/routes.ts'
import type { Chaos } from './chaos/chaos.ts'
import { consoleRoutes } from './console/routes.ts'
import type { ExperimentRoutesParts } from './experiments/routes.ts'
import { listExperiments, listPresets, postExperiment, showExperiment, stopExperiment } from './experiments/routes.ts'
import { BODY_SETTING, sendJson } from './http/json.ts'
import { Problem, problemHandler, quote } from './http/problem.ts'
import { resource } from './http/resource.ts'
import { requestIdOf } from './http/server.ts'
import type { Lesson } from './lessons/lessons.ts'
import { listLessons } from './lessons/routes.ts'
import type { Logger } from './lib/log.ts'
import { openApi } from './openapi/openapi.ts'
import { diffRuns, judgeRun, keepRun, listRuns, removeRun, showRun } from './runs/routes.ts'
import type { RunTable } from './runs/run-table.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** What the app is put together from. */
export interface Parts {
  readonly catalog: Catalog
  /** The failure model: middleware of the data plane, and the control plane. */
  readonly chaos: Pick<Chaos, 'withFaults' | 'spare' | 'routes' | 'operations'>
  /** Judges clients by their traffic. */
  readonly challenges: Api
  /** The results that command lines left here. */
  readonly runs: RunTable
  /** The experiments that this server runs at itself. */
  readonly experiments: ExperimentRoutesParts
  /** Where others join, or null. */
  readonly join: () => string | null
  /** Whether those who have no token may read, and have sessions of their own. */
  readonly openSessions: boolean
  /** Changes need the token of the host, or the key of a session. */
  readonly locked: boolean
  readonly polls: Api
  readonly lessons: readonly Lesson[]
  /** Events, published runs and metrics. */
  readonly telemetry: Pick<Telemetry, 'routes' | 'chaosRoutes'>
  readonly log: Logger
  /** The folder of the package: the web console lies in it. */
  readonly root: string
  readonly version: string
  /** Issues tickets for the events. */
  readonly issueTicket: RequestHandler
  /** Bytes of a body that any route reads. */
  readonly bodyBytes: number
  /** False while the server drains. */
  readonly ready: () => boolean
}

/** The app. The data plane comes first and without nested routers: most requests pass one layer on their way. */
export function createApp(parts: Parts): Express {
  const { catalog, chaos, runs, telemetry, log, root, version, ready } = parts
  const app = express().set(BODY_SETTING, parts.bodyBytes)
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').set('query parser', 'simple')

  if (log.isLevelEnabled('debug')) app.use(requestLog(log))
  const product = chaos.withFaults(showProduct(catalog) as RequestHandler)
  app.use(plainProduct(product))
  resource(app, '/catalogs/:code', { get: product })
  resource(app, '/catalogs', { get: chaos.withFaults(listProducts(catalog)) })

  resource(app, '/chaos/tickets', { post: parts.issueTicket })
  app.use('/chaos', telemetry.chaosRoutes())
  app.use('/chaos', chaos.routes)

  app.use(parts.challenges.routes)
  app.use(parts.polls.routes)
  resource(app, '/runs', { get: listRuns(runs), post: keepRun(runs) })
  resource(app, '/runs/diff', { get: diffRuns(runs, () => parts.experiments.experiments.port.compare) })
  resource(app, '/runs/:id/expectations', {
    get: judgeRun(runs, () => parts.experiments.experiments.port.judge) as RequestHandler,
  })
  resource(app, '/runs/:id', { get: showRun(runs) as RequestHandler, delete: removeRun(runs) as RequestHandler })

  resource(app, '/lessons', { get: listLessons(parts.lessons) })
  const { experiments } = parts.experiments
  resource(app, '/experiments', { get: listExperiments(experiments), post: postExperiment(parts.experiments) })
  resource(app, '/experiments/presets', { get: listPresets(experiments) })
  resource(app, '/experiments/:id', {
    get: showExperiment(experiments) as RequestHandler,
    delete: stopExperiment(experiments) as RequestHandler,
  })

  resource(app, '/health', { get: (_req, res) => sendJson(res, '{"status":"ok"}') })
  resource(app, '/ready', { get: readiness(ready) })
  resource(app, '/openapi.json', {
    get: contract(version, chaos.operations, [...parts.challenges.operations, ...parts.polls.operations]),
  })
  app.use(telemetry.routes())
  app.use(consoleRoutes(root, (_req, res) => sendJson(res, index(version, parts))))
  app.use(unknown)
  app.use(
    problemHandler((error, res) => {
      chaos.spare(res)
      log.error({ err: error, requestId: requestIdOf(res) }, 'a request met a bug')
    }),
  )
  return app
}

function readiness(ready: () => boolean): RequestHandler {
  return (_req, res) => {
    if (!ready()) throw new Problem(503, 'The server is shutting down: it finishes what it has begun')
    sendJson(res, '{"ready":true}')
  }
}

/** Made when somebody asks for it the first time. */
function contract(version: string, operations: Chaos['operations'], atRoot: readonly Operation[]): RequestHandler {
  let json: string | null = null
  return (_req, res) => {
    json ??= JSON.stringify(openApi({ version, operations, atRoot }))
    sendJson(res, json)
  }
}

function index(
  version: string,
  { join, openSessions, locked }: Pick<Parts, 'join' | 'openSessions' | 'locked'>,
): string {
  return JSON.stringify({
    name: 'flaky-catalog',
    version,
    about: 'A product catalog that fails on purpose',
    join: join(),
    openSessions,
    locked,
    links: {
      products: '/catalogs',
      product: '/catalogs/{code}',
      failRate: '/chaos/fail-rate',
      settings: '/chaos',
      statistics: '/chaos/stats',
      runs: '/runs',
      challenges: '/challenges',
      polls: '/polls',
      experiments: '/experiments',
      lessons: '/lessons',
      events: '/chaos/events',
      metrics: '/metrics',
      health: '/health',
      readiness: '/ready',
      contract: '/openapi.json',
    },
  })
}

const unknown: RequestHandler = (req, _res, next) => {
  next(new Problem(404, `There is nothing at ${quote(req.path)}: GET / lists what there is`))
}

function requestLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    res.on('close', () =>
      log.debug({ requestId: requestIdOf(res), status: res.statusCode }, `${req.method} ${req.originalUrl}`),
    )
    next()
  }
}
