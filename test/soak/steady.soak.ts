/** Minutes at 80 % of the measured capacity, with faults of every kind, sessions that come and go and settings that change; SECONDS changes how long. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Agent, request } from 'undici'
import { startServer } from '../../server/server.ts'

const seconds = Number(process.env.SECONDS ?? 300)
const FAULTS = [
  ...['reset', 'empty', 'truncate', 'malformed', 'garbage', 'wrong-type'].map(kind => ({ kind, weight: 1 })),
  { kind: 'status', status: 503, weight: 3 },
  { kind: 'hang', weight: 1, for: '200ms' },
  { kind: 'stall', weight: 1 },
  { kind: 'drip', weight: 1 },
]
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heap = () => {
  collect()
  return process.memoryUsage().heapUsed / 1_048_576
}
const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

const server = await startServer()
const agent = new Agent({ connections: 512, pipelining: 1 })
let failed = 0
/** Requests under way or waiting for a connection: more than that would only measure the queue of this client. */
let out = 0
const MOST_OUT = 1_000
let skipped = 0
const get = async (session?: string) => {
  if (out >= MOST_OUT) {
    skipped += 1
    return
  }
  out += 1
  try {
    const { body } = await request(`${server.url}/catalogs/155568600`, {
      dispatcher: agent,
      headers: session ? { 'x-chaos-session': session } : {},
      headersTimeout: 1_000,
      bodyTimeout: 1_000,
    })
    await body.dump()
  } catch {
    failed += 1
  } finally {
    out -= 1
  }
}
const control = async (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => {
  const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }
  const answer = await request(server.url + path, { method, ...(body ? { headers, body: JSON.stringify(body) } : {}) })
  await answer.body.dump()
  if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode}`)
}

/** Requests a second that this process both sends and answers, over three seconds. */
async function measure(): Promise<number> {
  let done = 0
  const until = performance.now() + 3_000
  const lane = async () => {
    while (performance.now() < until) {
      await get()
      done += 1
    }
  }
  await Promise.all(Array.from({ length: 32 }, lane))
  return done / 3
}

const capacity = await measure()
const rate = capacity * 0.8

/** Sends `rate` a second for so long, changes settings twice a second and turns sessions over. */
async function load(phase: string, forMs: number): Promise<number> {
  // A rest takes everything back.
  await control('PATCH', '/chaos', { failRate: 20, faults: FAULTS })
  const startedAt = performance.now()
  let sent = 0
  let changes = 0
  while (performance.now() - startedAt < forMs) {
    const passed = performance.now() - startedAt
    for (const due = (passed * rate) / 1_000; sent < due; sent += 1)
      void get(sent % 5 === 0 ? `lab-${changes % 20}` : undefined)
    if (passed > changes * 500) {
      changes += 1
      await control('PATCH', '/chaos', { failRate: changes % 60 })
      await control('POST', '/chaos/sessions', { id: `${phase}-${changes}` })
      if (changes > 5) await control('DELETE', `/chaos/sessions/${phase}-${changes - 5}`)
    }
    await pause(5)
  }
  return sent
}

async function rest(): Promise<void> {
  await control('POST', '/chaos/reset')
  while (out > 0) await pause(50)
  await pause(1_500)
}

const warmMs = Math.min(20_000, seconds * 200)
await load('warm', warmMs)
await rest()
const before = heap()
const timersBefore = process.getActiveResourcesInfo().length
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()
const sent = await load('own', seconds * 1_000 - warmMs)
delay.disable()
await rest()
const after = heap()
const lab = server.chaos.lab.sessions
const inFlight = lab.list().reduce((sum, session) => sum + session.inFlight + session.waits.size, 0)
const left = process.getActiveResourcesInfo().length - timersBefore
console.log(
  `steady: ${seconds} s, capacity ${Math.round(capacity)}/s measured, ${Math.round(rate)}/s offered, ${sent - skipped} sent, ${skipped} given up because ${MOST_OUT} were out`,
)
console.log(
  `  client errors (injected ones among them) ${failed}, sessions left ${lab.list().length}, in flight ${inFlight}`,
)
console.log(`  heap ${before.toFixed(1)} -> ${after.toFixed(1)} MB, active resources ${left >= 0 ? '+' : ''}${left}`)
console.log(`  event loop delay p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms (this process sends and answers)`)
await agent.destroy()
await server.close()
process.exitCode = inFlight > 0 || after > before * 1.1 ? 1 : 0
