/** Minutes at 80 % of what was measured, with faults of every kind, sessions and listeners that come and go, and settings that change; SECONDS says how long. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import type { Holdings } from './steady-server.ts'

const seconds = Number(process.env.SECONDS ?? 300)
const QUICK = ['reset', 'empty', 'truncate', 'malformed', 'garbage', 'wrong-type'].map(kind => ({ kind, weight: 1 }))
/** Slow kinds hold a connection each: at thousands of failures a second a small share of them is hundreds. */
const SLOW = [
  { kind: 'hang', weight: 0.1, for: '100ms' },
  { kind: 'stall', weight: 0.1, for: '100ms' },
  { kind: 'drip', weight: 0.1, over: '100ms' },
]
const FAULTS = [
  ...QUICK,
  ...SLOW,
  { kind: 'status', status: 503, weight: 3 },
  { kind: 'rate-limit', weight: 1, limit: 50 },
]
const LANES = 64
/** More than that under way means that the rate cannot be kept. */
const MOST_OUT = 1_000
/** Requests, of a hundred, that may be given up for that. */
const MOST_GIVEN_UP = 1
const LABS = 20

const child = fork(join(import.meta.dirname, 'steady-server.ts'), { execArgv: ['--expose-gc', '--import', 'tsx'] })
const [url] = (await once(child, 'message')) as [string]
const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
const connect = () => new Agent({ connections: 512, pipelining: 1 })
let agent = connect()
let out = 0
let broken = 0

async function holdings(): Promise<Holdings> {
  child.send('holdings')
  return ((await once(child, 'message')) as [Holdings])[0]
}

async function get(session?: number): Promise<void> {
  out += 1
  try {
    const { body } = await request(`${url}/catalogs/155568600`, {
      dispatcher: agent,
      headers: session === undefined ? {} : { 'x-chaos-session': `lab-${session}` },
      headersTimeout: 5_000,
      bodyTimeout: 5_000,
    })
    await body.dump()
  } catch {
    broken += 1
  } finally {
    out -= 1
  }
}

async function control(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<void> {
  const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }
  const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) }
  const answer = await request(url + path, { method, dispatcher: agent, ...sent })
  await answer.body.dump()
  if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode}`)
}

/** A page that watches until the returned function is called. */
async function listen(): Promise<() => void> {
  const { body } = await request(`${url}/chaos/events`, { dispatcher: agent })
  body.on('error', () => {}).resume()
  return () => void body.destroy()
}

/** Answers a second to a client that waits for each, under the faults of the soak. */
async function measure(): Promise<number> {
  await control('PATCH', '/chaos', { failRate: 30, faults: FAULTS })
  const until = performance.now() + 5_000
  let done = 0
  const lane = async () => {
    for (; performance.now() < until; done += 1) await get()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return done / 5
}

/** Sends `rate` a second, whatever becomes of them; twice a second the settings change, and a session and a listener come and go. */
async function load(phase: string, rate: number, forMs: number): Promise<{ sent: number; givenUp: number }> {
  await control('PATCH', '/chaos', { failRate: 30, faults: FAULTS })
  const startedAt = performance.now()
  const leave: (() => void)[] = []
  let planned = 0
  let givenUp = 0
  for (let changes = 0, passed = 0; passed < forMs; passed = performance.now() - startedAt) {
    for (const due = (passed * rate) / 1_000; planned < due; planned += 1) {
      if (out >= MOST_OUT) givenUp += 1
      else void get(planned % 5 === 0 ? changes % LABS : undefined)
    }
    if (passed > changes * 500) {
      changes += 1
      await control('PATCH', '/chaos', { failRate: changes % 60 })
      await control('POST', '/chaos/sessions', { id: `${phase}-${changes}` })
      if (changes > 5) await control('DELETE', `/chaos/sessions/${phase}-${changes - 5}`)
      leave.push(await listen())
      if (leave.length > 5) leave.shift()?.()
    }
    await pause(2)
  }
  for (const each of leave) each()
  while (out > 0) await pause(50)
  return { sent: planned - givenUp, givenUp }
}

/** Takes everything back, lets the connections go, and says what the server still holds. */
async function rest(): Promise<Holdings> {
  const { body } = await request(`${url}/chaos/sessions`, { dispatcher: agent })
  const { sessions } = (await body.json()) as { sessions: { id: string }[] }
  for (const { id } of sessions) if (id !== 'default') await control('DELETE', `/chaos/sessions/${id}`)
  await control('POST', '/chaos/reset')
  await agent.close()
  agent = connect()
  // Work for clients that left goes on for as long as it was told to, and an end is seen a moment later.
  await pause(2_000)
  return holdings()
}

const capacity = await measure()
const rate = capacity * 0.8
const warmMs = Math.min(30_000, seconds * 200)
await load('warm', rate, warmMs)
const before = await rest()
const { sent, givenUp } = await load('own', rate, seconds * 1_000 - warmMs)
const { loopDelayP99 } = await holdings()
const after = await rest()
child.disconnect()
await once(child, 'exit')
await agent.close()

const givenUpShare = (100 * givenUp) / (sent + givenUp)
const grown = (100 * after.heapMb) / before.heapMb - 100
const left = (what: 'sessions' | 'requests' | 'sockets' | 'timers') => `${before[what]} -> ${after[what]}`
console.log(`steady: ${seconds} s at ${Math.round(rate)}/s, 80 % of the ${Math.round(capacity)}/s that were measured`)
console.log(`  sent ${sent}, given up ${givenUp} (${givenUpShare.toFixed(2)} %), cut off by a fault ${broken}`)
console.log(
  `  sessions ${left('sessions')}, requests ${left('requests')}, sockets ${left('sockets')}, timers ${left('timers')}`,
)
console.log(`  heap ${before.heapMb.toFixed(1)} -> ${after.heapMb.toFixed(1)} MB (${grown.toFixed(1)} %)`)
console.log(`  event loop delay p99 ${loopDelayP99.toFixed(1)} ms`)
const leaked =
  after.sessions > 1 || after.requests > 0 || after.sockets > before.sockets || after.timers > before.timers
process.exitCode = leaked || grown > 10 || givenUpShare > MOST_GIVEN_UP ? 1 : 0
