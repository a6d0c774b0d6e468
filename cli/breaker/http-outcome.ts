/** What the outcome of a call says about the health of the upstream: the HTTP rules, for answers and for errors. */

import type { Verdict } from './circuit.ts'

/**
 * The verdict on an HTTP status: 5xx, 429 and no status at all (0) fail; everything below 400 and 404 is a success,
 * because the upstream did its work; every other 4xx is the caller's own mistake and says nothing.
 */
export function statusVerdict(status: number): Verdict {
  if (status < 100 || status >= 500 || status === 429) return 'fail'
  return status < 400 || status === 404 ? 'ok' : 'ignore'
}

/** The verdict on what a call returned: by its status where it is an HTTP answer with headers, else a success. */
export function valueVerdict(value: unknown): Verdict {
  if (typeof value !== 'object' || value === null) return 'ok'
  const status = statusOf(value)
  return status === undefined || !('headers' in value) ? 'ok' : statusVerdict(status)
}

/**
 * The verdict on what a call threw: aborts and refusals of another circuit are ignored, errors that carry an HTTP answer go
 * by its status, everything else fails: timeouts, refused and reset connections, and whatever nobody has thought of.
 */
export function errorVerdict(error: unknown): Verdict {
  if (typeof error !== 'object' || error === null) return 'fail'
  const { name, code } = error as { name?: unknown; code?: unknown }
  if (name === 'AbortError' || code === 'ABORT_ERR' || code === 'ERR_CANCELED' || code === 'CIRCUIT_OPEN')
    return 'ignore'
  const status = statusOf(error) ?? statusOf(answerOf(error))
  return status === undefined ? 'fail' : statusVerdict(status)
}

/** The verdict on a call that its caller gave up: a timeout is the upstream's failure, anything else the caller's business. */
export function abortVerdict(reason: unknown): Verdict {
  const { name } = Object(reason) as { name?: unknown }
  return name === 'TimeoutError' ? 'fail' : 'ignore'
}

/**
 * Milliseconds for which a failed answer, or an error that carries one, asked to be left alone; undefined where it did not.
 * A `Retry-After` given as a date counts from the answer's own `Date`, so that no clock of ours has to agree with theirs.
 */
export function retryAfterOf(outcome: unknown): number | undefined {
  const headers = headersOf(outcome) ?? headersOf(answerOf(outcome))
  if (headers === undefined) return undefined
  const text = header(headers, 'retry-after')?.trim()
  if (text === undefined || text === '') return undefined
  const ms = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1_000
    : Date.parse(text) - Date.parse(header(headers, 'date') ?? '')
  return ms > 0 ? ms : undefined
}

function statusOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { status, statusCode } = value as { status?: unknown; statusCode?: unknown }
  const number = status ?? statusCode
  return typeof number === 'number' && number >= 100 && number < 600 ? number : undefined
}

function answerOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? (error as { response?: unknown }).response : undefined
}

function headersOf(value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { headers } = value as { headers?: unknown }
  return typeof headers === 'object' && headers !== null ? headers : undefined
}

/** One header, from a `Headers` or from a plain object with names in lower case. */
function header(headers: object, name: string): string | undefined {
  const { get } = headers as { get?: unknown }
  const value: unknown =
    typeof get === 'function' ? get.call(headers, name) : (headers as Record<string, unknown>)[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
