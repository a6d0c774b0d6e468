/** Errors as RFC 9457 problem documents: the only place that writes one. */

import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Response } from 'express'
import { type Flaw, Problem, type ProblemFields, quote } from '../lib/problem.ts'
import { sendWhole } from './send-whole.ts'

export type { Flaw, ProblemFields }
export { Problem, quote }

/** The media type of every error. */
export const PROBLEM_TYPE = 'application/problem+json'

/** The document of a problem as JSON text. */
export function problemJson({ status, detail, title, errors }: ProblemFields): string {
  return JSON.stringify({
    type: 'about:blank',
    title: title ?? STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    errors,
  })
}

/** Answers with a problem. */
export function sendProblem(res: Response, fields: ProblemFields): void {
  const headers = Object.entries(fields.headers ?? {}).flat()
  prepareProblem(fields)(res, headers)
}

/**
 * A problem with its bytes ready, for paths that answer tens of thousands of times a second.
 * The returned function takes further headers as a flat list: name, value, name, value.
 */
export function prepareProblem(fields: ProblemFields): (res: ServerResponse, headers?: readonly string[]) => void {
  const body = problemJson(fields)
  const length = String(Buffer.byteLength(body))
  return (res, headers = []) => {
    sendWhole(res, fields.status, ['Content-Type', PROBLEM_TYPE, 'Content-Length', length, ...headers], body)
  }
}

/** A whole HTTP/1.1 response, for a socket whose request could not be read. */
export function rawProblem(fields: ProblemFields): string {
  const body = problemJson(fields)
  return [
    `HTTP/1.1 ${fields.status} ${STATUS_CODES[fields.status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(fields.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n')
}

/**
 * The last handler of the app: turns whatever was thrown into a problem.
 * @param onBug is told of errors that nobody foresaw; they become a plain 500.
 */
export function problemHandler(onBug: (error: unknown, res: Response) => void): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    const fields = describe(error)
    if (!fields) onBug(error, res)
    if (res.headersSent) {
      res.destroy()
      return
    }
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    sendProblem(res, fields ?? { status: 500, detail: 'The server met an error of its own: its log says which' })
  }
}

/** The problem of a foreseen error, or null for a bug. */
function describe(error: unknown): ProblemFields | null {
  if (error instanceof Problem) return error.fields
  if (!(error instanceof Error)) return null
  const { status, type } = error as Error & { status?: unknown; type?: unknown }
  if (typeof status !== 'number' || status < 400 || status > 499) return null
  return { status, detail: sentence(type, status) ?? error.message }
}

/** What to do about an error of the router or of the body parser, which say only what happened. */
function sentence(type: unknown, status: number): string | null {
  if (typeof type === 'string') return SENTENCES[type] ?? null
  return status === 400 ? 'The path is not valid percent-encoding: write % as %25' : null
}

const SENTENCES: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'The body is not valid JSON',
  'entity.too.large': 'The body is too large',
  'encoding.unsupported': 'The Content-Encoding is not supported: send the body as it is, or gzip',
  'charset.unsupported': 'The charset is not supported: send UTF-8',
  'request.size.invalid': 'The body is not as long as its Content-Length says',
  'request.aborted': 'The request ended before its body did',
}
