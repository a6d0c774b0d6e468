/** A bare server that counts what it answers, and a run against it that must come to the same. */

import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RunOptions, runArms } from '../../../cli/experiment/run.ts'
import type { RunSessions } from '../../../cli/experiment/sessions.ts'
import { batches } from '../../../cli/load/schedule.ts'
import { catalogTarget } from '../../../cli/load/target.ts'
import { parseArms } from '../../../cli/policy/parse.ts'
import { systemClock } from '../../../server/lib/clock.ts'

interface Test {
  after(close: () => void): void
}

/** Sessions of a server that has none. */
export const openSessions = async (arms: number): Promise<RunSessions> => ({
  sessions: Array.from({ length: arms }, () => undefined),
  startsAt: 0,
  trouble: [],
  close: async () => {},
})

export const LOAD: RunOptions['load'] = {
  codes: ['155568600', 'jj2a97g940'],
  timeoutMs: 120_000,
  connections: 64,
  keepAlive: true,
  warmup: 0,
}

/** A run of one arm, with no sessions and no circuit, but for what is given. */
export const run = (url: string, part: Partial<RunOptions>): RunOptions => ({
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

/** A server of nothing but Node, and its address. */
export async function bareServer(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Fires `requests` at a server that fails in every way, and compares what both counted. */
export async function countsAgree(t: Test, requests: number): Promise<void> {
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
  const schedule = batches(requests, 500, 1)
  const { recorders, report } = await runArms(run(url, { schedule }))
  const [recorder] = recorders
  assert.ok(recorder)
  const { outcomes, upstream, failures, latencyMs, series } = recorder.measured()
  assert.equal(report.sent, requests)
  assert.deepEqual(outcomes, {
    success: seen.ok + seen.missing,
    failed: seen.error + seen.reset + seen.broken,
    shortCircuited: 0,
    fromCache: 0,
  })
  assert.deepEqual(failures, { status: seen.error, reset: seen.reset, parse: seen.broken })
  assert.deepEqual(upstream, { calls: requests, wasted: outcomes.failed })
  assert.equal(outcomes.success + outcomes.failed, requests)
  assert.equal(latencyMs.all.count, requests)
  assert.equal(
    series.reduce((sum, quarter) => sum + quarter.calls, 0),
    requests,
  )
}
