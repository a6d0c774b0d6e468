/** What outcomes say about the upstream: statuses, answers of several clients, errors of several kinds, Retry-After. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, test } from 'node:test'
import fc from 'fast-check'
import type { Verdict } from '../../../cli/breaker/circuit.ts'
import { CircuitOpenError } from '../../../cli/breaker/errors.ts'
import {
  abortVerdict,
  errorVerdict,
  parseRetryAfter,
  retryAfterOf,
  statusVerdict,
  valueVerdict,
} from '../../../cli/breaker/http-outcome.ts'

const statuses: readonly [Verdict, number[]][] = [
  ['ok', [100, 200, 204, 301, 304, 399, 404]],
  ['ignore', [400, 401, 403, 405, 408, 409, 410, 418, 422, 428, 430, 499]],
  ['fail', [0, 99, 429, 500, 502, 503, 504, 599]],
]

for (const [verdict, list] of statuses) {
  test(`${verdict}: ${list.join(' ')}`, () => {
    for (const status of list) assert.equal(statusVerdict(status), verdict, String(status))
  })
}

const values: readonly [name: string, value: unknown, verdict: Verdict][] = [
  ['a Response', new Response('', { status: 200 }), 'ok'],
  ['a Response that failed', new Response('', { status: 503 }), 'fail'],
  ['a Response that says slow down', new Response('', { status: 429 }), 'fail'],
  ['a Response that found nothing', new Response('', { status: 404 }), 'ok'],
  ['a Response to a bad request', new Response('', { status: 400 }), 'ignore'],
  ['what undici gives', { statusCode: 500, headers: {} }, 'fail'],
  ['what axios gives', { status: 200, statusText: 'OK', headers: {}, data: {} }, 'ok'],
  ['a product with a status of its own', { code: 'jj2a97g940', status: 500 }, 'ok'],
  ['a status that is no HTTP status', { status: 'failed', headers: {} }, 'ok'],
  ['a status out of range', { status: 600, headers: {} }, 'ok'],
  ['nothing', undefined, 'ok'],
  ['null', null, 'ok'],
  ['text', '500', 'ok'],
  ['a number', 500, 'ok'],
]

for (const [name, value, verdict] of values) {
  test(`${name} is ${verdict}`, () => assert.equal(valueVerdict(value), verdict))
}

const coded = (code: string): Error => Object.assign(new Error(code), { code })
const named = (name: string): Error => Object.assign(new Error(name), { name })

const errors: readonly [name: string, error: unknown, verdict: Verdict][] = [
  ['connection refused', coded('ECONNREFUSED'), 'fail'],
  ['connection reset', coded('ECONNRESET'), 'fail'],
  ['a name that does not resolve', coded('ENOTFOUND'), 'fail'],
  ['a timeout by name', named('TimeoutError'), 'fail'],
  ['undici waiting for headers', coded('UND_ERR_HEADERS_TIMEOUT'), 'fail'],
  ['a bug', new TypeError('x is not a function'), 'fail'],
  ['undefined', undefined, 'fail'],
  ['null', null, 'fail'],
  ['text', 'no', 'fail'],
  ['an abort by name', new DOMException('stop', 'AbortError'), 'ignore'],
  ['an abort by code', coded('ABORT_ERR'), 'ignore'],
  ['an abort of axios', coded('ERR_CANCELED'), 'ignore'],
  ['a refusal of another circuit', new CircuitOpenError({ state: 'open', retryAfterMs: 5 }), 'ignore'],
  ['an error with a status', Object.assign(new Error('x'), { status: 404 }), 'ok'],
  ['an error with a statusCode', Object.assign(new Error('x'), { statusCode: 422 }), 'ignore'],
  ['an error with an answer, as of axios and ky', Object.assign(new Error('x'), { response: { status: 502 } }), 'fail'],
  ['an error with an answer of got', Object.assign(new Error('x'), { response: { statusCode: 404 } }), 'ok'],
  ['an error whose answer is missing', Object.assign(new Error('x'), { response: undefined }), 'fail'],
]

for (const [name, error, verdict] of errors) {
  test(`${name} is ${verdict}`, () => assert.equal(errorVerdict(error), verdict))
}

test('fetch against a closed port fails, and against an abort is ignored', async () => {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise(done => server.close(done))
  assert.equal(await fetch(url).catch(errorVerdict), 'fail')
  assert.equal(await fetch(url, { signal: AbortSignal.abort() }).catch(errorVerdict), 'ignore')
})

test('a call that was given up says nothing, unless it took too long', () => {
  assert.equal(abortVerdict(new DOMException('stop', 'AbortError')), 'ignore')
  assert.equal(abortVerdict(new DOMException('late', 'TimeoutError')), 'fail')
  for (const reason of [undefined, null, 'user left', new Error('shutdown')])
    assert.equal(abortVerdict(reason), 'ignore')
})

const DATE = 'Wed, 21 Oct 2026 07:28:00 GMT'
const waits: readonly [name: string, outcome: unknown, ms: number | undefined][] = [
  ['seconds', new Response('', { headers: { 'retry-after': '2' } }), 2_000],
  ['blanks around it', { headers: { 'retry-after': ' 5 ' } }, 5_000],
  ['fractions of seconds, which are none', { headers: { 'retry-after': '49.5' } }, undefined],
  ['seconds as a number', { headers: { 'retry-after': 3 } }, 3_000],
  [
    'a date, counted from the answer',
    { headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date: DATE } },
    30_000,
  ],
  ['a date that is past', { headers: { 'retry-after': 'Wed, 21 Oct 2026 07:27:30 GMT', date: DATE } }, undefined],
  ['a date without a date to count from', { headers: { 'retry-after': DATE } }, undefined],
  ['an error that carries an answer', { response: { headers: { 'retry-after': '4' } } }, 4_000],
  ['no wait', { headers: { 'retry-after': '0' } }, undefined],
  ['a negative wait', { headers: { 'retry-after': '-5' } }, undefined],
  ['an empty header', { headers: { 'retry-after': '' } }, undefined],
  ['nonsense', { headers: { 'retry-after': 'soon' } }, undefined],
  ['a list of headers', { headers: { 'retry-after': ['1', '2'] } }, undefined],
  ['no such header', new Response(''), undefined],
  ['no headers', { headers: null }, undefined],
  ['undefined', undefined, undefined],
  ['null', null, undefined],
  ['an error', new Error('x'), undefined],
]

for (const [name, outcome, ms] of waits) {
  test(`Retry-After: ${name}`, () => assert.equal(retryAfterOf(outcome), ms))
}

describe('parseRetryAfter', () => {
  const now = Date.UTC(2024, 0, 1, 12)
  for (const [text, ms] of [
    ['2', 2_000],
    [' 3 ', 3_000],
    ['Mon, 01 Jan 2024 12:00:10 GMT', 10_000],
    ['Mon, 01 Jan 2024 11:00:00 GMT', 0],
    ['soon', 0],
    ['-1', 0],
    ['', 0],
    ['Monday, 01-Jan-24 12:00:10 GMT', 10_000],
    ['Mon Jan  1 12:00:10 2024', 10_000],
    ['Tuesday, 02-Jan-74 12:00:00 GMT', Date.UTC(2074, 0, 2, 12) - now],
    ['Saturday, 01-Jan-94 12:00:00 GMT', 0],
    ['Wed, 31 Jan 2024 12:00:00 GMT', 30 * 86_400_000],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
    ['-49', 0],
    ['+49', 0],
    ['in 40', 0],
    ['40 s', 0],
    ['2030-01-01', 0],
    ['2030', 2_030_000],
    ['1e3', 0],
    ['0x10', 0],
    ['120, 120', 0],
    ['.5', 0],
    ['49.5', 0],
    ['1.0', 0],
    ['49.', 0],
    ['49,5', 0],
    ['٤٩', 0],
    ['Mon, 01 Jan 2030', 0],
    ['Mon, 01 Jan 2030 12:00:10', 0],
    ['Mon, 01 Jan 2030 12:00:10 +0000', 0],
    ['Mon, 32 Jan 2030 12:00:10 GMT', 0],
    ['Fri, 30 Feb 2029 12:00:10 GMT', 0],
    ['Mon, 01 Jan 2030 25:00:10 GMT', 0],
    ['Someday, 01 Jan 2030 12:00:10 GMT', 0],
    ['1 January 2030', 0],
    ['Tues, 01 Jan 2030 12:00:10 GMT', 0],
  ] as const) {
    it(`reads "${text}" as ${ms} ms`, () => assert.equal(parseRetryAfter(text, undefined, now), ms))
  }

  it('reads digits as whole seconds, and nothing else that is no date', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), text => assert.equal(parseRetryAfter(`${text}`, undefined, now), text * 1_000)),
    )
    const other = fc.oneof(
      fc.string().filter(text => !/^\s*\d+\s*$/.test(text)),
      fc
        .double({ noNaN: true })
        .map(String)
        .filter(text => !/^\d+$/.test(text)),
      fc.date({ noInvalidDate: true }).map(date => date.toISOString()),
    )
    fc.assert(fc.property(other, text => assert.equal(parseRetryAfter(text, undefined, now), 0)))
  })

  it('counts a date from the date of the answer, and from the clock where that is none', () => {
    const at = 'Mon, 01 Jan 2024 12:00:10 GMT'
    assert.equal(parseRetryAfter(at, 'Mon, 01 Jan 2024 12:00:07 GMT', now), 3_000)
    for (const date of [undefined, '', 'today', '2024-01-01']) assert.equal(parseRetryAfter(at, date, now), 10_000)
  })
})

test('Retry-After: a date without a date to count from counts from the clock', () => {
  const at = new Date(Date.now() + 40_000).toUTCString()
  const ms = retryAfterOf({ headers: { 'retry-after': at } }) ?? 0
  assert.ok(ms > 30_000 && ms <= 40_000, String(ms))
})

/** Errors that carry the status of a good head, or of a 404, because what came after it was none: by client. */
const broken: readonly [name: string, error: Record<string, unknown>][] = [
  ['got: the body is cut', { name: 'ReadError', code: 'ECONNRESET', response: { statusCode: 200 } }],
  ['got: the body is cut after a 404', { name: 'ReadError', code: 'ECONNRESET', response: { statusCode: 404 } }],
  ['got: a 404 that is no JSON', { name: 'ParseError', code: 'ERR_BODY_PARSE_FAILURE', response: { statusCode: 404 } }],
  ['got: too many redirects', { code: 'ERR_TOO_MANY_REDIRECTS', response: { statusCode: 302 } }],
  ['got: a stalled body', { name: 'TimeoutError', code: 'ETIMEDOUT', response: { statusCode: 404 } }],
  ['axios: no JSON', { name: 'SyntaxError', code: 'ERR_BAD_RESPONSE', status: 200, response: { status: 200 } }],
  ['axios: a 404 that is no JSON', { name: 'AxiosError', code: 'ERR_BAD_RESPONSE', response: { status: 404 } }],
  ['axios: the body is cut', { code: 'ECONNABORTED', status: 200, response: { status: 200 } }],
  ['axios: too many redirects', { code: 'ERR_FR_TOO_MANY_REDIRECTS', response: { status: 302 } }],
  ['superagent: no JSON', { parse: true, status: 200, statusCode: 200 }],
  ['superagent: a 404 that is no JSON', { parse: true, status: 404, statusCode: 404 }],
  ['undici: the body is cut after a 404', { code: 'UND_ERR_SOCKET', statusCode: 404 }],
  ['the cause is a cut body', { status: 404, cause: { code: 'ERR_STREAM_PREMATURE_CLOSE' } }],
  ['a body that cannot be unpacked', { code: 'Z_DATA_ERROR', status: 404 }],
  ['a broken HTTP parser', { code: 'HPE_INVALID_CHUNK_SIZE', status: 404 }],
  ['execSync: no such command', { status: 127 }],
  ['execSync: killed', { status: 137, signal: 'SIGKILL' }],
  ['a redirect that nobody followed', { status: 304 }],
]

for (const [name, members] of broken) {
  test(`a throw fails: ${name}`, () => assert.equal(errorVerdict(Object.assign(new Error('x'), members)), 'fail'))
}

test('a throw because of a status goes by that status', () => {
  for (const [members, verdict] of [
    [{ name: 'HTTPError', code: 'ERR_NON_2XX_3XX_RESPONSE', response: { statusCode: 404 } }, 'ok'],
    [{ name: 'AxiosError', code: 'ERR_BAD_REQUEST', status: 404, response: { status: 404 } }, 'ok'],
    [{ name: 'ResponseError', code: 'UND_ERR_RESPONSE', statusCode: 404 }, 'ok'],
    [{ status: 404, code: 'PRODUCT_NOT_FOUND' }, 'ok'],
    [{ status: 404, code: 404 }, 'ok'],
    [{ status: 410, code: 'EXPIRED' }, 'ignore'],
    [{ status: 422, cause: new Error('a rule') }, 'ignore'],
    [{ code: 'ERR_BAD_RESPONSE', response: { status: 503 } }, 'fail'],
  ] as const)
    assert.equal(errorVerdict(Object.assign(new Error('x'), members)), verdict, JSON.stringify(members))
})

test('what throws when it is looked at is judged all the same', () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('mine')
      },
      has: () => {
        throw new Error('mine')
      },
    },
  )
  const partly = { status: 503, headers: { get: () => assert.fail('mine') }, response: hostile }
  assert.deepEqual([errorVerdict(hostile), valueVerdict(hostile), abortVerdict(hostile)], ['fail', 'ok', 'ignore'])
  assert.deepEqual([retryAfterOf(hostile), retryAfterOf(partly)], [undefined, undefined])
  assert.equal(errorVerdict(partly), 'fail')
})
