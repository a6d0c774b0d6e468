/** The kept runs over HTTP. What was posted is a stranger's: its page is served without any rights, in an origin of its own. */

import type { RequestHandler } from 'express'
import { z } from 'zod'
import { jsonBody, sendJson } from '../http/json.ts'
import { type Flaw, Problem, quote } from '../http/problem.ts'
import { parseQuery } from '../http/query.ts'
import { jsonPointer, nestsDeeperThan } from '../lib/json-document.ts'
import { codeOf } from '../lib/user-error.ts'
import { type CompareRuns, diffQuerySchema, type KeptResult } from './diff.ts'
import { expectationsQuerySchema, type JudgeRun } from './expectations.ts'
import { MAX_RUN_BYTES, MAX_RUNS, newRunSchema } from './run.ts'
import { LostFileError, type RunTable } from './run-table.ts'

/**
 * `sandbox` without a word makes the page an origin of its own that runs no script, submits nothing and opens nothing,
 * whatever markup was posted; the rest forbids it every load.
 */
const PAGE_POLICY = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': PAGE_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

const JSON_HEADERS = ['Cache-Control', 'no-store']

const LIMIT_RANGE = `must be a whole number from 1 to ${MAX_RUNS}`

/** The query of `GET /runs`. */
export const listRunsSchema = z.object({
  limit: z
    .string('must be given once')
    .regex(/^\d{1,6}$/, LIMIT_RANGE)
    .transform(Number)
    .refine(limit => limit >= 1 && limit <= MAX_RUNS, LIMIT_RANGE)
    .optional()
    .describe(`runs at most, 1 to ${MAX_RUNS}; 50 where it is not given`),
  session: z
    .string('must be given once')
    .max(64, 'must be 64 characters at most')
    .optional()
    .describe('only the runs of this session; those of all where it is not given'),
})
const STANDARD_LIMIT = 50

/** The query of `GET /runs/{id}`. */
export const showRunSchema = z.object({
  format: z
    .enum(['json', 'html'], 'must be json or html: the other formats are written by npx chaos report')
    .optional()
    .describe('json, the result document, where it is not given; html, the page that was posted with it'),
})

/** `GET /runs`: the newest first. */
export function listRuns(table: RunTable): RequestHandler {
  return (req, res) => {
    const { limit = STANDARD_LIMIT, session = null } = parseQuery(listRunsSchema, req.query)
    sendJson(res, `{"runs":${table.list(limit, session)},"total":${table.count(session)}}`, JSON_HEADERS)
  }
}

/** `POST /runs`: 201 with the id, once the run is on the disk. */
export function keepRun(table: RunTable): RequestHandler[] {
  return [
    (_req, _res, next) => next(table.durable ? undefined : NOT_KEPT),
    ...jsonBody(MAX_RUN_BYTES),
    async (req, res) => {
      const { data, error } = newRunSchema.safeParse(req.body)
      if (error) throw badBody(error)
      if (nestsDeeperThan(MAX_DEPTH, req.body)) throw new Problem(422, `The body nests deeper than ${MAX_DEPTH} levels`)
      // What a later version added to a result is kept, though this one does not know it.
      const { result } = req.body as { result: object }
      const id = await onDisk(table, () => table.keep(data.result, data.html ?? null, result))
      sendJson(res, JSON.stringify({ id }), ['Location', `/runs/${id}`], 201)
    },
  ]
}

/** `GET /runs/{id}`: the result as it was posted, or its page. */
export function showRun(table: RunTable): RequestHandler<{ id: string }> {
  return (req, res) => {
    const { id } = req.params
    const { format } = parseQuery(showRunSchema, req.query)
    if (format !== 'html') {
      const json = table.result(id)
      if (json === undefined) throw unknown(id)
      sendJson(res, json, JSON_HEADERS)
      return
    }
    const html = table.html(id)
    if (html === undefined) throw unknown(id)
    if (html === null) {
      throw new Problem(
        404,
        `The run ${quote(id)} was posted without a page: npx chaos report ${id} --format html -o run.html writes one`,
      )
    }
    const body = Buffer.from(html)
    res.set(PAGE_HEADERS).set('Content-Length', String(body.length))
    res.end(req.method === 'HEAD' ? undefined : body)
  }
}

/**
 * `GET /runs/diff`: two kept runs compared.
 * @param compare answers what compares them, or throws a Problem where nothing does
 */
export function diffRuns(table: RunTable, compare: () => CompareRuns): RequestHandler {
  return (req, res) => {
    const { before, after } = parseQuery(diffQuerySchema, req.query)
    sendJson(res, JSON.stringify(compare()(keptResult(table, before), keptResult(table, after))), JSON_HEADERS)
  }
}

/**
 * `GET /runs/{id}/expectations`: which expectations a kept run meets.
 * @param judge answers what judges them, or throws a Problem where nothing does
 */
export function judgeRun(table: RunTable, judge: () => JudgeRun): RequestHandler<{ id: string }> {
  return (req, res) => {
    const { expect } = parseQuery(expectationsQuerySchema, req.query)
    const expectations = judge()(keptResult(table, req.params.id).result, [expect].flat())
    if (typeof expectations === 'string') throw new Problem(400, expectations)
    sendJson(res, JSON.stringify({ expectations }), JSON_HEADERS)
  }
}

/** What is kept was checked when it was posted. @throws {Problem} 404 */
function keptResult(table: RunTable, name: string): KeptResult {
  const json = table.result(name)
  if (json === undefined) throw unknown(name)
  return { name, result: JSON.parse(json) }
}

/** `DELETE /runs/{id}`. */
export function removeRun(table: RunTable): RequestHandler<{ id: string }> {
  return async (req, res) => {
    if (!(await onDisk(table, () => table.remove(req.params.id)))) throw unknown(req.params.id)
    res.status(204).end()
  }
}

const NOT_KEPT = new Problem(
  503,
  'The file of the server cannot be written, so that no run is kept here: the command line keeps its own',
)

const LOST = new Problem(
  503,
  'The file of the server was deleted or replaced while it was open, so that no run is kept: put it back, or start the server again',
)

/** A disk that is full or gone is said in its own words; what was kept before stays as it was. */
async function onDisk<T>(table: RunTable, act: () => T): Promise<T> {
  try {
    return await table.whenFree(act)
  } catch (error) {
    if (error instanceof LostFileError) throw LOST
    const code = codeOf(error)
    if (code === 'SQLITE_FULL')
      throw new Problem(507, 'The disk of the server is full: make room there, and post it again')
    if (code.startsWith('SQLITE_BUSY')) {
      const headers = { 'Retry-After': '1' }
      throw new Problem(503, 'Another server is writing into the same file: post it again', { headers })
    }
    if (/^SQLITE_(READONLY|IOERR|CANTOPEN)/.test(code)) throw NOT_KEPT
    throw error
  }
}

function unknown(id: string): Problem {
  return new Problem(404, `No run has the id ${quote(id)}: GET /runs lists those that are kept`)
}

/** Levels of objects and lists; a result has seven. */
const MAX_DEPTH = 64

/** Flaws that are named, and characters of each; the rest is counted, or cut. */
const MAX_NAMED = 20
const MAX_FLAW_LENGTH = 200

function badBody({ issues }: z.ZodError): Problem {
  const errors: Flaw[] = issues.slice(0, MAX_NAMED).map(issue => ({
    pointer: jsonPointer(issue.path),
    detail: issue.message.slice(0, MAX_FLAW_LENGTH),
  }))
  const more = issues.length > MAX_NAMED ? ` (the first ${MAX_NAMED} of ${issues.length} flaws are named)` : ''
  return new Problem(422, `The body must hold a result of chaos burst, compare, demo or live${more}`, { errors })
}
