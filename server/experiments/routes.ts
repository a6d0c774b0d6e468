/** Experiments over HTTP: a page starts one, follows it and stops it, or asks what one would come to. */

import type { RequestHandler } from 'express'
import type { z } from 'zod'
import type { ChaosControl } from '../chaos/control.ts'
import type { Scenario } from '../chaos/scenario/schema.ts'
import type { Session } from '../chaos/session/session.ts'
import type { Limits } from '../config/limits.ts'
import { jsonBody, sendJson } from '../http/json.ts'
import { Problem, quote } from '../http/problem.ts'
import { jsonPointer } from '../lib/json-document.ts'
import { type ExperimentBody, excessOf, experimentBodySchema, specOf } from './body.ts'
import { DEFAULT_SESSION, type Experiments } from './experiments.ts'
import type { SpecFlaw } from './port.ts'
import { PRESETS } from './presets.ts'
import { Simulations } from './simulations.ts'

/** What the routes are put together from. */
export interface ExperimentRoutesParts {
  readonly experiments: Experiments
  readonly control: ChaosControl
  readonly scenarios: readonly Scenario[]
  readonly limits: Limits
  /** Milliseconds since 1970. */
  readonly wall: () => number
}

/** To who has not the token on a locked server: access lets him in because a simulation changes nothing. */
const LOCKED =
  'Without the token an experiment is only simulated: add "simulate": true, or send Authorization: Bearer with the CHAOS_TOKEN of the host'
const BEARER = { headers: { 'WWW-Authenticate': 'Bearer' } }
const FRESH = ['Cache-Control', 'no-store']

/** `GET /experiments`: the newest first. */
export function listExperiments(experiments: Experiments): RequestHandler {
  return (_req, res) => sendJson(res, JSON.stringify({ experiments: experiments.list() }), FRESH)
}

/** `GET /experiments/presets`: whoever asks for them is about to simulate. */
export function listPresets(experiments: Experiments): RequestHandler {
  return (_req, res) => {
    experiments.prepare()
    sendJson(res, JSON.stringify({ presets: PRESETS }), FRESH)
  }
}

/** `GET /experiments/{id}`. */
export function showExperiment(experiments: Experiments): RequestHandler<{ id: string }> {
  return (req, res) => sendJson(res, JSON.stringify(experiments.get(req.params.id)), FRESH)
}

/** `DELETE /experiments/{id}`: 204 when it has ended and what was measured is kept. */
export function stopExperiment(experiments: Experiments): RequestHandler<{ id: string }> {
  return async (req, res) => {
    await experiments.stop(req.params.id)
    res.status(204).end()
  }
}

/** `POST /experiments`: 201 with the experiment that has begun, or, simulated, 200 with its result. */
export function postExperiment(parts: ExperimentRoutesParts): RequestHandler[] {
  const { experiments, wall } = parts
  const simulations = new Simulations()
  return [
    ...jsonBody(),
    async (req, res) => {
      const isGuest = (res as { onlySimulates?: boolean }).onlySimulates === true
      if (isGuest && (req.body as { simulate?: unknown } | null)?.simulate !== true)
        throw new Problem(401, LOCKED, BEARER)
      const { port } = experiments
      const body = readBody(req.body, parts)
      const spec = specOf(body)
      const session = sessionOf(spec.session, parts.control)
      const flaw = port.flawOf(spec, body.simulate)
      if (flaw) throw invalid([flaw])
      if (!body.simulate) {
        const experiment = experiments.start(spec)
        sendJson(res, JSON.stringify(experiment), ['Location', `/experiments/${experiment.id}`, ...FRESH], 201)
        return
      }
      const gone = new AbortController()
      res.on('close', () => gone.abort())
      const settings = session.layers.effective()
      const order = { spec, settings, scenarios: parts.scenarios, startedAtWallMs: wall(), days: body.days }
      const address = req.socket.remoteAddress ?? ''
      const client = isGuest ? address : `${spec.session ?? DEFAULT_SESSION} ${address}`
      const result = await simulations.run(port, client, order, gone.signal, isGuest)
      if (!res.destroyed) sendJson(res, JSON.stringify(result), FRESH)
    },
  ]
}

/** @throws {Problem} 422 that names every flaw */
function readBody(given: unknown, { scenarios, limits }: ExperimentRoutesParts): ExperimentBody {
  const { data, error } = experimentBodySchema.safeParse(given)
  if (error) throw invalid(flawsOf(error))
  const flaws = excessOf(data, limits)
  const { scenario } = data.conditions
  if (scenario !== undefined && !scenarios.some(({ name }) => name === scenario)) {
    const names = scenarios.map(({ name }) => name).join(', ')
    flaws.push({ pointer: '/conditions/scenario', detail: `is none of ${names}` })
  }
  if (flaws.length > 0) throw invalid(flaws)
  return data
}

function sessionOf(id: string = DEFAULT_SESSION, control: ChaosControl): Session {
  const session = id === DEFAULT_SESSION ? control.sessions.first : control.sessions.get(id)
  if (session) return session
  throw invalid([{ pointer: '/session', detail: `is no session: make ${quote(id)} with POST /chaos/sessions` }])
}

/** Flaws that are named, and characters of each; the rest is left out, or cut. */
const MAX_NAMED = 20
const MAX_FLAW_LENGTH = 400

function flawsOf({ issues }: z.ZodError): SpecFlaw[] {
  return issues.flatMap((issue): SpecFlaw[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(key => ({
          pointer: jsonPointer([...issue.path, key.slice(0, 80)]),
          detail: 'is not taken here',
        }))
      : [{ pointer: jsonPointer(issue.path), detail: issue.message }],
  )
}

function invalid(flaws: readonly SpecFlaw[]): Problem {
  const errors = flaws.slice(0, MAX_NAMED).map(flaw => ({ ...flaw, detail: flaw.detail.slice(0, MAX_FLAW_LENGTH) }))
  const [first] = flaws
  return new Problem(
    422,
    `The body is no experiment that this server runs: ${first?.pointer ?? ''} ${first?.detail ?? ''}`,
    {
      errors,
    },
  )
}
