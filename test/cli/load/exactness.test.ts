/** The engine against counters that know nothing of it, and against a server that stalls. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runArms } from '../../../cli/experiment/run.ts'
import { batches, constantRate } from '../../../cli/load/schedule.ts'
import { parseArms } from '../../../cli/policy/parse.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { startTestServer } from '../../support/server.ts'
import { bareServer, countsAgree, LOAD, openSessions, run } from './bare-server.ts'

describe('counting', () => {
  it('agrees with a bare server on every outcome of 10,000 requests', t => countsAgree(t, 10_000))

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

describe('trouble', () => {
  it('is told by the start of the run, where that comes late', async t => {
    const url = await bareServer(t, (_, response) => response.end('{}'))
    const sessions = async () => ({
      ...(await openSessions(1)),
      startsAt: systemClock.now() - 500,
      trouble: [
        { fromMs: 100, toMs: 400, what: 'outage' },
        { fromMs: 5_000, toMs: 6_000, what: 'outage' },
      ],
    })
    const { trouble } = await runArms(run(url, { openSessions: sessions, schedule: batches(2, 2, 0) }))
    const [spell, ...others] = trouble
    assert.deepEqual(others, [], 'what was over when the run began is none of it')
    assert.ok(spell && spell.fromMs <= 4_500 && spell.toMs - spell.fromMs === 1_000, JSON.stringify(trouble))
  })
})

describe('states of a circuit', () => {
  it('are those of the run alone, whatever its timer does when all is answered', async t => {
    const url = await bareServer(t, (_, response) => response.writeHead(503).end())
    const ready = new Promise<void>(resolve => {
      setTimeout(resolve, 200)
    })
    const { recorders } = await runArms(
      run(url, {
        arms: parseArms('opossum'),
        circuit: { failurePercentage: 50, minimumCalls: 2, openForMs: 60 },
        schedule: batches(4, 4, 0),
        openLog: () => ({ ready, end: () => null }),
      }),
    )
    assert.deepEqual(
      recorders[0]?.measured().states.map(({ state }) => state),
      ['closed', 'open'],
    )
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
