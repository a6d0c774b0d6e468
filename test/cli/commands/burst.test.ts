/** `chaos burst` against a real server: every request accounted for, here and there. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'

const stats = async (url: string, session: string) =>
  (await (await fetch(`${url}/chaos/stats?session=${session}`)).json()) as {
    requests: number
    outcomes: Record<string, number>
  }

describe('chaos burst', () => {
  it('with the defaults is 100 requests at once over five codes', async t => {
    const server = await startTestServer(t)
    const ran = await chaos(['burst', '-u', server.url, '--json'])
    assert.equal(ran.code, 0)
    assert.equal(ran.stderr, '')
    const result = documentOf(ran)
    const { eventLoopMs: _measured, ...load } = result.load as Record<string, unknown>
    assert.deepEqual(
      { ...load, durationMs: 0, late: 0, lagMs: 0 },
      {
        requests: 100,
        concurrency: 100,
        everyMs: 100,
        timeoutMs: 2_000,
        schedule: { kind: 'batches' },
        durationMs: 0,
        late: 0,
        lagMs: 0,
      },
    )
    assert.deepEqual(result.arms[0]?.outcomes, { success: 100, failed: 0, shortCircuited: 0, fromCache: 0 })
    assert.equal(result.arms.length, 1)
    assert.equal(result.verdict.usefulPoints, null)
  })

  for (const [what, options, failRate] of [
    ['without a breaker', [], 70],
    ['with a breaker', ['--breaker', '--open-for', '50ms'], 70],
    ['with one connection', ['--connections', '1'], 30],
    ['with everything failing', ['--breaker'], 100],
  ] as const) {
    it(`${what} adds up, and counts the calls that the server counted`, async t => {
      const server = await startTestServer(t, { settings: { failRate } })
      const load = [
        '--timeout',
        '60s',
        '-n',
        '2000',
        '-c',
        '200',
        '--every',
        '20ms',
        '--session',
        'lab',
        '--seed',
        's1',
      ]
      const result = documentOf(await chaos(['burst', '-u', server.url, '--json', ...load, ...options]))
      const [arm] = result.arms
      assert.ok(arm)
      const { success, failed, shortCircuited, fromCache } = arm.outcomes
      assert.equal(success + failed + shortCircuited + fromCache, 2_000)
      const counted = await stats(server.url, 'lab')
      assert.equal(counted.requests, arm.upstream.calls)
      assert.equal(counted.outcomes.injected, arm.upstream.wasted)
      assert.equal(counted.outcomes.success, success)
      assert.equal(arm.upstream.calls, success + failed)
      assert.deepEqual(arm.failures, failed === 0 ? {} : { status: failed })
      const ended = arm.series.reduce((sum, at) => sum + at.success + at.failed + at.shortCircuited, 0)
      assert.equal(ended, 2_000)
    })
  }

  it('meets the same faults with the same seed, and others with another', async t => {
    const server = await startTestServer(t, { settings: { failRate: 50 } })
    const run = async (seed: string) =>
      documentOf(await chaos(['burst', '-u', server.url, '--json', '--seed', seed])).arms[0]?.outcomes
    assert.deepEqual(await run('a'), await run('a'))
    const others = await Promise.all(['b', 'c', 'd', 'e'].map(run))
    assert.ok(new Set(others.map(outcomes => outcomes?.success)).size > 1)
  })

  it('prints a table without colours, escapes or emoji where there is no terminal', async t => {
    const server = await startTestServer(t, { settings: { failRate: 70 } })
    const { stdout, stderr } = await chaos(['burst', '-u', server.url, '--ascii'])
    assert.equal(stderr, '')
    assert.match(stdout, /100 requests, all at once/)
    assert.match(stdout, /failed/)
    assert.doesNotMatch(stdout, /[^\n\x20-\x7e]/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
  })

  it('paints on a terminal, unless told not to', async t => {
    const server = await startTestServer(t)
    const painted = async (args: string[], env: Record<string, string> = {}) =>
      (await chaos(['burst', '-u', server.url, ...args], { env, isTTY: true })).stdout.includes('\u001b[')
    assert.equal(await painted([]), true)
    assert.equal(await painted(['--no-color']), false)
    assert.equal(await painted([], { NO_COLOR: '1' }), false)
  })

  it('works against what is no flaky catalog', async t => {
    const other = createServer((_, response) => response.end('hello'))
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    t.after(() => other.close())
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const result = documentOf(await chaos(['burst', '-u', url, '--json', '-n', '20']))
    assert.equal(result.arms[0]?.outcomes.success, 20)
  })

  it('reaches a server on 127.0.0.1 by the name localhost', async t => {
    const server = await startTestServer(t)
    const result = documentOf(await chaos(['burst', '-u', `localhost:${server.port}`, '--json']))
    assert.equal(result.arms[0]?.outcomes.success, 100)
    assert.equal(result.target, `http://localhost:${server.port}`)
  })
})
