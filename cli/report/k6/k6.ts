/** A result's load as a k6 script: the same schedule, keys, headers and expectations, for more than one machine can send. */

import { CATALOG_REQUEST, exportedArm, exportedRetry } from '../export/export.ts'
import { oneLine } from '../format.ts'
import type { Result } from '../result.ts'
import { k6Plan } from './schedule.ts'
import { k6Thresholds } from './thresholds.ts'

/** The script, an ES module for `k6 run`. */
export function renderK6(result: Result): string {
  const request = result.request ?? CATALOG_REQUEST
  const { scenario, batch, poissonPerSecond } = k6Plan(result)
  const { thresholds, left } = k6Thresholds(result)
  const poisson = poissonPerSecond !== null
  const options = {
    scenarios: { load: scenario },
    thresholds,
    summaryTrendStats: ['min', 'p(50)', 'p(95)', 'p(99)', 'max'],
  }
  return `// The load of a run of chaos, for k6 (https://k6.io): k6 run this-file.js
// It sends what the arm "none" sends, or with -e ARM=retry what "retry" sends: tries and pauses alike. Set TARGET and
// CHAOS_SESSION with -e to change where it goes.
${left.map(text => `// Not expressible as a threshold here: ${oneLine(text)}\n`).join('')}import http from 'k6/http'
import exec from 'k6/execution'
import { Counter, Rate, Trend } from 'k6/metrics'
import { setTimeout } from 'k6/timers'
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
const ARM = __ENV.ARM || ${literal(exportedArm(result))}
const RETRY = ${literal(exportedRetry(result))}
if (ARM !== 'none' && ARM !== 'retry') throw new Error('ARM is ' + ARM + ': write none or retry')

export const options = ${literal(options, 2)}

const useful = new Rate('useful')
const failed = new Rate('failed')
const wasted = new Rate('wasted')
const requestsEnded = new Counter('requests')
const calls = new Counter('calls')
const wastedCalls = new Counter('wasted_calls')
const usefulAnswers = new Counter('useful_answers')
const failedAnswers = new Counter('failed_answers')
const latencyAll = new Trend('latency_all', true)
const latencySuccess = new Trend('latency_success', true)
const latencyFailed = new Trend('latency_failed', true)
const JITTER = mixed(hashed(hashed(0x811c9dc5, SEED + '/jitter'), '/latency/'))
${poisson ? STARTS(poissonPerSecond) : ''}
// Request k has the key seed-k, so that it meets the same fate as request k of the run.
export function requestOf(index, attempt) {
  const session = __ENV.CHAOS_SESSION ? { 'X-Chaos-Session': __ENV.CHAOS_SESSION } : {}
  const keys = { 'X-Chaos-Key': SEED + '-' + index, 'X-Chaos-Attempt': String(attempt) }
  return {
    method: METHOD,
    url: TARGET + PATH.replace('{code}', encodeURIComponent(CODES[index % CODES.length])),
    body: BODY,
    params: { headers: Object.assign({}, HEADERS, session, keys), timeout: ${literal(`${Math.ceil(result.load.timeoutMs)}ms`)} },
  }
}

export default async function () {
  const first = exec.scenario.iterationInTest * BATCH
${poisson ? '  if (first < REQUESTS) sleep(Math.max(0, (STARTS[first] - exec.instance.currentTestRunDuration) / 1000))\n' : ''}  const requests = []
  for (let index = first; index < Math.min(first + BATCH, REQUESTS); index++) requests.push(send(index))
  await Promise.all(requests)
}

// A request with its tries, all of one fate: that of its last answer.
async function send(index) {
  const began = Date.now()
  for (let attempt = 0; ; attempt++) {
    const { method, url, body, params } = requestOf(index, attempt)
    const response = await http.asyncRequest(method, url, body, params)
    const good = isUseful(response)
    calls.add(1)
    wasted.add(!good)
    if (!good) wastedCalls.add(1)
    const asked = retryAfterMs(response)
    const again = ARM === 'retry' && !good && blamesUpstream(response) && attempt < RETRY.retries && asked <= RETRY.patience
    if (!again) return settle(good, ARM === 'none' ? response.timings.duration : Date.now() - began)
    const longest = Math.min(RETRY.cap, RETRY.base * 2 ** attempt)
    const pause = asked + draw(JITTER, SEED + '-' + index, attempt) * longest
    await new Promise(resolve => setTimeout(resolve, pause))
  }
}

function settle(good, ms) {
  requestsEnded.add(1)
  useful.add(good)
  failed.add(!good)
  if (good) usefulAnswers.add(1)
  else failedAnswers.add(1)
  latencyAll.add(ms)
  if (good) latencySuccess.add(ms)
  else latencyFailed.add(ms)
}

// What may fare better a moment later: 5xx, 429, and whatever is no whole answer.
function blamesUpstream(response) {
  return response.status >= 500 || response.status === 429 || response.status === 0 || response.status < 300
}

function retryAfterMs(response) {
  const text = response.headers['Retry-After'] || ''
  if (/^\\d+$/.test(text)) return Number(text) * 1000
  const at = /^\\w{3}, \\d\\d \\w{3} \\d{4} [\\d:]{8} GMT$/.test(text) ? Date.parse(text) : NaN
  return at > Date.now() ? at - Date.now() : 0
}

// The draws of chaos: FNV-1a with the finaliser of MurmurHash3.
function hashed(state, text) {
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  return state
}

function mixed(state) {
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return state ^ (state >>> 16)
}

function draw(stream, key, attempt) {
  return (mixed(Math.imul(hashed(stream, key) ^ (0x100 + attempt), 0x01000193)) >>> 0) / 4294967296
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

/** The moments of the run: exponential gaps, drawn from the seed. */
const STARTS = (perSecond: number) => `
// k6 has no executor for random (Poisson) arrivals: each iteration waits for its own planned start.
const STARTS = new SharedArray('starts', () => {
  const stream = mixed(hashed(hashed(0x811c9dc5, SEED + '/arrivals'), '/latency/'))
  let at = 0
  return Array.from({ length: REQUESTS }, (_, index) => (at += (-Math.log(1 - draw(stream, String(index), 0)) * 1000) / ${perSecond}))
})
`

/** JSON is JavaScript, but for two line ends that old engines took for the end of a line. */
function literal(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
