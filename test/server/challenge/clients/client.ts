/**
 * Real clients that do the task of a challenge over real connections, each with protection of its own kind:
 * `client.ts <kind> <session> <url>`, until it is killed.
 */

import { Agent, get } from 'node:http'
import { TASK } from '../../../../server/challenge/task.ts'

const [kind = '', session = '', url = ''] = process.argv.slice(2)
const headers = { 'X-Chaos-Session': session }
const EVERY_MS = 1_000 / TASK.perSecond

/** One call over node:http; resolves with whether it was answered well in time. */
function call(code: string, agent: Agent | false, timeoutMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const sent = get(`${url}/catalogs/${code}`, { agent, headers, signal: AbortSignal.timeout(timeoutMs) }, answer => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode === 200))
      answer.on('error', () => resolve(false))
    })
    sent.on('error', () => resolve(false))
  })
}

const keepAlive = new Agent({ keepAlive: true, maxSockets: TASK.maxInFlight })

/** Retries once, with a budget of a tenth of its requests; nothing else. */
function budgetedRetries() {
  let tokens = 0
  return async (code: string) => {
    tokens = Math.min(10, tokens + 0.1)
    if ((await call(code, keepAlive, 800)) || tokens < 1) return
    tokens -= 1
    await call(code, keepAlive, 800)
  }
}

/** `fetch`, and a breaker that opens for a second after five failures in a row, and lets one call through after that. */
function consecutiveFailures() {
  let failures = 0
  let opensAt = 0
  let probing = false
  return async (code: string) => {
    if (failures >= 5 && (Date.now() < opensAt || probing)) return
    probing = failures >= 5
    const ok = await fetch(`${url}/catalogs/${code}`, { headers, signal: AbortSignal.timeout(700) })
      .then(async answer => {
        await answer.arrayBuffer()
        return answer.ok
      })
      .catch(() => false)
    probing = false
    failures = ok ? 0 : failures + 1
    if (failures >= 5) opensAt = Date.now() + 1_000
  }
}

/** Drops what finds four calls in flight. */
function bulkhead() {
  let inFlight = 0
  return async (code: string) => {
    if (inFlight >= 4) return
    inFlight += 1
    await call(code, keepAlive, 2_000)
    inFlight -= 1
  }
}

const KINDS: Readonly<Record<string, () => (code: string) => Promise<unknown>>> = {
  'budgeted-retries': budgetedRetries,
  'consecutive-failures': consecutiveFailures,
  'no-keep-alive': () => code => call(code, false, 1_000),
  bulkhead,
}

const send = KINDS[kind]?.()
if (!send) throw new RangeError(`there is no client "${kind}"`)
const began = performance.now()
let sent = 0
const tick = () => {
  while (began + sent * EVERY_MS <= performance.now()) {
    void send(TASK.codes[sent % TASK.codes.length] ?? '')
    sent += 1
  }
  setTimeout(tick, began + sent * EVERY_MS - performance.now())
}
tick()
