/** The engine against counters that know nothing of it, and against a server that stalls. */

import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { type RunOptions, runArms } from '../../../cli/experiment/run.ts'
import type { RunSessions } from '../../../cli/experiment/sessions.ts'
import { batches, constantRate } from '../../../cli/load/schedule.ts'
import { catalogTarget } from '../../../cli/load/target.ts'
import { parseArms } from '../../../cli/policy/parse.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { startTestServer } from '../../support/server.ts'

const openSessions = async (arms: number): Promise<RunSessions> => ({
  sessions: Array.from({ length: arms }, () => undefined),
  startsAt: 0,
  trouble: [],
  close: async () => {},
})

const LOAD: RunOptions['load'] = {
  codes: ['155568600', 'jj2a97g940'],
  timeoutMs: 120_000,
  connections: 64,
  keepAlive: true,
  warmup: 0,
}

const run = (url: string, part: Partial<RunOptions>): RunOptions => ({
  target: { ...catalogTarget(new URL(url)), address: '127.0.0.1' },
  arms: parseArms('none'),
  openSessions,
  schedule: batches(100, 100, 0),
  load: LOAD,
  seed: 'exact',
  circuit: {},
  clock: systemClock,
  wallMs: Date.now,
  ...part,
})

async function bareServer(t: { after(close: () => void): void }, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('counting', () => {
  it('agrees with a bare server on every outcome of 100,000 requests', { timeout: 300_000 }, async t => {
    const seen = { ok: 0, missing: 0, error: 0, reset: 0, broken: 0 }
    const url = await bareServer(t, (request, response) => {
      const index = Number(String(request.headers['x-chaos-key']).split('-')[1])
      response.setHeader('content-type', 'application/json')
      if (index % 50 === 7) {
        seen.reset++
        request.socket.resetAndDestroy()
      } else if (index % 10 === 3) {
        seen.error++
        response.statusCode = 503
        response.end('{}')
      } else if (index % 10 === 4) {
        seen.missing++
        response.statusCode = 404
        response.end('{"status":404}')
      } else if (index % 10 === 5) {
        seen.broken++
        response.end('{"code":')
      } else {
        seen.ok++
        response.end('{"code":"x"}')
      }
    })
    const schedule = batches(100_000, 500, 1)
    const { recorders, report } = await runArms(run(url, { schedule }))
    const [recorder] = recorders
    assert.ok(recorder)
    const { outcomes, upstream, failures, latencyMs, series } = recorder.measured()
    assert.equal(report.sent, 100_000)
    assert.deepEqual(outcomes, {
      success: seen.ok + seen.missing,
      failed: seen.error + seen.reset + seen.broken,
      shortCircuited: 0,
      fromCache: 0,
    })
    assert.deepEqual(failures, { status: seen.error, reset: seen.reset, parse: seen.broken })
    assert.deepEqual(upstream, { calls: 100_000, wasted: outcomes.failed })
    assert.equal(outcomes.success + outcomes.failed, 100_000)
    assert.equal(latencyMs.all.count, 100_000)
    assert.equal(
      series.reduce((sum, quarter) => sum + quarter.calls, 0),
      100_000,
    )
  })

  it('agrees with the statistics of the catalog, behind retries and a breaker too', { timeout: 300_000 }, async t => {
    const server = await startTestServer(t, { settings: { failRate: 30 } })
    const arms = parseArms('none,retry(2,base=1ms),breaker(open-for=20ms)')
    const sessions = ['lab-1', 'lab-2', 'lab-3']
    const ownSessions = async () => ({ ...(await openSessions(0)), sessions })
    const { recorders } = await runArms(
      run(server.url, { arms, openSessions: ownSessions, schedule: batches(4_000, 200, 20) }),
    )
    for (const [index, recorder] of recorders.entries()) {
      const { outcomes, upstream, name } = recorder.measured()
      const stats = (await (await fetch(`${server.url}/chaos/stats?session=${sessions[index]}`)).json()) as {
        requests: number
        outcomes: Record<string, number>
      }
      assert.equal(stats.requests, upstream.calls, name)
      assert.equal(stats.outcomes.injected, upstream.wasted, name)
      assert.equal(stats.outcomes.success, outcomes.success, name)
      assert.equal(outcomes.success + outcomes.failed + outcomes.shortCircuited, 4_000, name)
    }
  })
})

describe('latency', () => {
  it('shows a server that stalls for a second, though few requests were sent while it did', async t => {
    let stalledAt = Number.POSITIVE_INFINITY
    let waited = 0
    const startedAt = performance.now()
    const url = await bareServer(t, (_, response) => {
      const now = performance.now() - startedAt
      if (stalledAt === Number.POSITIVE_INFINITY && now > 500) stalledAt = now
      const left = stalledAt + 1_000 - now
      const answer = () => response.setHeader('content-type', 'application/json').end('{}')
      if (left > 0 && left <= 1_000) {
        waited++
        setTimeout(answer, left)
      } else answer()
    })
    // Two connections: while the server stalls, two requests are on the wire and all others cannot be sent.
    const schedule = constantRate(200, 100)
    const { recorders } = await runArms(run(url, { schedule, load: { ...LOAD, connections: 2 } }))
    const latency = recorders[0]?.measured().latencyMs.success
    assert.equal(latency?.count, 200)
    assert.ok(waited <= 4, `${waited} requests were on the wire`)
    // A hundred of the two hundred were planned while it stalled, with waits spread evenly up to a second.
    assert.ok((latency?.p95 ?? 0) > 700, `p95 is ${latency?.p95} ms`)
    assert.ok((latency?.p99 ?? 0) > 900, `p99 is ${latency?.p99} ms`)
  })
})

describe('a whole batch', () => {
  it('of 10,000 requests leaves at once and loses none', async t => {
    let seen = 0
    const url = await bareServer(t, (_, response) => {
      seen++
      response.setHeader('content-type', 'application/json').end('{}')
    })
    const { recorders, report } = await runArms(run(url, { schedule: batches(10_000, 10_000, 0) }))
    assert.equal(recorders[0]?.outcomes.success, 10_000)
    assert.equal(seen, 10_000)
    assert.equal(report.sent, 10_000)
  })
})
