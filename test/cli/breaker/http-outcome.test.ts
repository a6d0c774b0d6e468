/** What outcomes say about the upstream: statuses, answers of several clients, errors of several kinds, Retry-After. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Verdict } from '../../../cli/breaker/circuit.ts'
import { CircuitOpenError } from '../../../cli/breaker/errors.ts'
import {
  abortVerdict,
  errorVerdict,
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
  ['fractions of seconds', { headers: { 'retry-after': ' 0.5 ' } }, 500],
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
