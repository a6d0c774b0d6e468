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
  if (!isObject(value)) return 'ok'
  return guarded('ok', () => {
    const status = statusOf(value)
    return status === undefined || !('headers' in value) ? 'ok' : statusVerdict(status)
  })
}

/**
 * The verdict on what a call threw: aborts and refusals of another circuit are ignored, errors that carry an HTTP answer go
 * by its status, everything else fails: timeouts, refused and reset connections, and whatever nobody has thought of.
 */
export function errorVerdict(error: unknown): Verdict {
  return guarded('fail', () => {
    if (!isObject(error)) return 'fail'
    const { name, code } = error
    if (name === 'AbortError' || code === 'ABORT_ERR' || code === 'ERR_CANCELED' || code === 'CIRCUIT_OPEN')
      return 'ignore'
    const status = statusOf(error) ?? statusOf(error.response)
    // A good head with an error is a body that broke, or no HTTP at all: the exit code of a process is a status, too.
    if (status === undefined || status < 400 || isBroken(error) || isBroken(error.cause)) return 'fail'
    return statusVerdict(status)
  })
}

/** Errors of the way an answer was read, whatever its head said, by the codes of Node.js, undici, got, axios and node-fetch. */
const BROKEN_CODE =
  /^(E(CONN(RESET|ABORTED|REFUSED)|PIPE|PROTO|TIMEDOUT|SOCKETTIMEDOUT|AI_AGAIN|NOTFOUND)|(HPE|Z)_.*|UND_ERR_(?!RESPONSE).*|ERR_(BAD_RESPONSE|NETWORK|READING_RESPONSE_STREAM|BODY_PARSE_FAILURE|STREAM.*|HTTP2.*|.*TOO_MANY_REDIRECTS|FR_MAX_BODY.*|CONTENT_LENGTH.*))$/
const BROKEN_NAME = /^(SyntaxError|TimeoutError|ReadError|ParseError|HTTPParserError|MaxRedirectsError)$/

/** Whether an error is about the answer's body or its connection and not about its status; superagent marks it with `parse`. */
function isBroken(error: unknown): boolean {
  if (!isObject(error)) return false
  return BROKEN_CODE.test(String(error.code)) || BROKEN_NAME.test(String(error.name)) || error.parse === true
}

/** The verdict on a call that its caller gave up: a timeout is the upstream's failure, anything else the caller's business. */
export function abortVerdict(reason: unknown): Verdict {
  return guarded('ignore', () => (Object(reason).name === 'TimeoutError' ? 'fail' : 'ignore'))
}

/**
 * Milliseconds for which a failed answer, or an error that carries one, asked to be left alone; undefined where it did not.
 * A `Retry-After` given as a date counts from the answer's own `Date`, so that no clock of ours has to agree with theirs.
 */
export function retryAfterOf(outcome: unknown): number | undefined {
  return guarded(undefined, () => {
    const headers = headersOf(outcome) ?? (isObject(outcome) ? headersOf(outcome.response) : undefined)
    const text = headers && header(headers, 'retry-after')
    if (headers === undefined || text === undefined) return undefined
    return parseRetryAfter(text, header(headers, 'date'), Date.now()) || undefined
  })
}

/**
 * Milliseconds that a `Retry-After` header asks for (RFC 9110, 10.2.3): whole seconds, or one of the three forms of a date,
 * counted from the answer's own `Date` where it has one, else from `wallMs` (since 1970). 0 for a date that has passed and for
 * everything else.
 */
export function parseRetryAfter(text: string, date: string | undefined, wallMs: number): number {
  const value = text.trim()
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1_000, Number.MAX_SAFE_INTEGER)
  const until = httpDate(value, wallMs)
  return until === undefined ? 0 : Math.max(0, until - (httpDate(date?.trim() ?? '', wallMs) ?? wallMs))
}

const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)'
const MONTH = `(?<month>${MONTHS.join('|')})`
/** IMF-fixdate, RFC 850 and asctime: the forms of an HTTP date (RFC 9110, 5.6.7). */
const HTTP_DATES = [
  `${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map(form => new RegExp(`^${form}$`))

/** Milliseconds since 1970 of an HTTP date; a year of two digits is never more than 50 years ahead of `wallMs`. */
function httpDate(text: string, wallMs: number): number | undefined {
  const { day, month, year, time } = HTTP_DATES.map(form => form.exec(text)?.groups).find(Boolean) ?? {}
  if (day === undefined || month === undefined || year === undefined || time === undefined) return undefined
  const now = new Date(wallMs).getUTCFullYear()
  const near = year.length === 4 ? Number(year) : now - (now % 100) + Number(year)
  const full = year.length === 2 && near > now + 50 ? near - 100 : near
  const [hour, minute, second] = time.split(':').map(Number) as [number, number, number]
  const index = MONTHS.indexOf(month)
  const at = new Date(Date.UTC(full, index, Number(day), hour, minute, second))
  const real = at.getUTCMonth() === index && at.getUTCDate() === Number(day) && hour < 24 && minute < 60 && second <= 60
  return real ? at.getTime() : undefined
}

/** What `judge` says; `otherwise` where an object's getters, or a proxy, throw. */
function guarded<T>(otherwise: T, judge: () => T): T {
  try {
    return judge()
  } catch {
    return otherwise
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function statusOf(value: unknown): number | undefined {
  if (!isObject(value)) return undefined
  const number = value.status ?? value.statusCode
  return typeof number === 'number' && number >= 100 && number < 600 ? number : undefined
}

function headersOf(value: unknown): object | undefined {
  return isObject(value) && isObject(value.headers) ? value.headers : undefined
}

/** One header, from a `Headers` or from a plain object with names in lower case. */
function header(headers: object, name: string): string | undefined {
  const { get } = headers as { get?: unknown }
  const value: unknown =
    typeof get === 'function' ? get.call(headers, name) : (headers as Record<string, unknown>)[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
