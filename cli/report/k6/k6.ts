/** A result's load as a k6 script: the same schedule, keys, headers and expectations, for more than one machine can send. */

import { oneLine } from '../format.ts'
import type { Result } from '../result.ts'
import { k6Plan } from './schedule.ts'
import { k6Thresholds } from './thresholds.ts'

type Request = NonNullable<Result['request']>

/** What a result asked for that does not say it: one of an older version. */
export const CATALOG_REQUEST: Request = {
  method: 'GET',
  path: '/catalogs/{code}',
  codes: ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400'],
  headers: {},
  body: null,
  expectsJson: true,
}

/** The script, an ES module for `k6 run`. */
export function renderK6(result: Result): string {
  const request = result.request ?? CATALOG_REQUEST
  const { scenario, batch, poissonPerSecond } = k6Plan(result)
  const { thresholds, left } = k6Thresholds(result)
  const poisson = poissonPerSecond !== null
  const options = {
    scenarios: { load: scenario },
    thresholds,
    // k6 sends six requests of a batch at once and holds the others back, unless it is told otherwise.
    batch,
    batchPerHost: batch,
    summaryTrendStats: ['min', 'p(50)', 'p(95)', 'p(99)', 'max'],
  }
  return `// The load of a run of chaos, for k6 (https://k6.io): k6 run this-file.js
// It sends what the arm "none" sends: no retry, no breaker. Set TARGET and CHAOS_SESSION with -e to change where it goes.
${left.map(text => `// Not expressible as a threshold here: ${oneLine(text)}\n`).join('')}import http from 'k6/http'
import exec from 'k6/execution'
import { Counter, Rate, Trend } from 'k6/metrics'
${poisson ? "import { SharedArray } from 'k6/data'\nimport { sleep } from 'k6'\n" : ''}
const TARGET = __ENV.TARGET || ${literal(result.target)}
const SEED = ${literal(result.seed)}
const REQUESTS = ${result.load.requests}
const BATCH = ${batch}
const METHOD = ${literal(request.method)}
const PATH = ${literal(request.path)}
const CODES = ${literal(request.codes.length > 0 ? request.codes : [''])}
const HEADERS = ${literal(request.headers)}
const BODY = ${literal(request.body)}

export const options = ${literal(options, 2)}

const useful = new Rate('useful')
const failed = new Rate('failed')
const usefulAnswers = new Counter('useful_answers')
const failedAnswers = new Counter('failed_answers')
const latencyAll = new Trend('latency_all', true)
const latencySuccess = new Trend('latency_success', true)
const latencyFailed = new Trend('latency_failed', true)
${poisson ? STARTS(poissonPerSecond) : ''}
// Request k has the key seed-k, so that it meets the same fate as request k of the run.
export function requestOf(index) {
  const session = __ENV.CHAOS_SESSION ? { 'X-Chaos-Session': __ENV.CHAOS_SESSION } : {}
  const keys = { 'X-Chaos-Key': SEED + '-' + index, 'X-Chaos-Attempt': '0' }
  return {
    method: METHOD,
    url: TARGET + PATH.replace('{code}', encodeURIComponent(CODES[index % CODES.length])),
    body: BODY,
    params: { headers: Object.assign({}, HEADERS, session, keys), timeout: ${literal(`${Math.ceil(result.load.timeoutMs)}ms`)} },
  }
}

export default function () {
  const first = exec.scenario.iterationInTest * BATCH
${poisson ? '  if (first < REQUESTS) sleep(Math.max(0, (STARTS[first] - exec.instance.currentTestRunDuration) / 1000))\n' : ''}  const requests = []
  for (let index = first; index < Math.min(first + BATCH, REQUESTS); index++) requests.push(requestOf(index))
  if (requests.length > 0) http.batch(requests).forEach(record)
}

function record(response) {
  const good = isUseful(response)
  useful.add(good)
  failed.add(!good)
  if (good) usefulAnswers.add(1)
  else failedAnswers.add(1)
  latencyAll.add(response.timings.duration)
  if (good) latencySuccess.add(response.timings.duration)
  else latencyFailed.add(response.timings.duration)
}

function isUseful(response) {
  if (response.error_code >= 1000 && response.error_code < 1400) return false
  if (response.status === 0 || (response.status >= 400 && response.status !== 404)) return false
${request.expectsJson ? JSON_CHECK : '  return true'}
}
`
}

const JSON_CHECK = `  try {
    JSON.parse(response.body)
    return /json/.test(response.headers['Content-Type'] || '')
  } catch (_) {
    return false
  }`

/** Same rate, its own moments: exponential gaps from the seed (FNV-1a and mulberry32). */
const STARTS = (perSecond: number) => `
// k6 has no executor for random (Poisson) arrivals: each iteration waits for its own planned start.
const STARTS = new SharedArray('starts', () => {
  let state = 0x811c9dc5
  for (const letter of SEED) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193)
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  let at = 0
  return Array.from({ length: REQUESTS }, (_, index) => (index === 0 ? 0 : (at += (-Math.log(1 - random()) * 1000) / ${perSecond})))
})
`

/** JSON is JavaScript, but for two line ends that old engines took for the end of a line. */
function literal(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
