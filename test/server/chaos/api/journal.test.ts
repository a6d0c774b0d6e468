/** Counts, journal and preview over HTTP. */

import assert from 'node:assert/strict'
import { after, beforeEach, suite, test } from 'node:test'
import { control } from '../../../support/control.ts'
import { startTestServer } from '../../../support/server.ts'

const server = await startTestServer({ after }, { settings: { failRate: 5 }, sources: { failRate: 'env' } })
const call = control(server)
const _settings = async () => (await call('GET', '/chaos')).body.settings

beforeEach(async () => {
  await call('POST', '/chaos/reset')
})

suite('stats', () => {
  test('count what was answered, by outcome, kind, route and second', async () => {
    await call('PATCH', '/chaos', { failRate: 50, sampler: 'deck' })
    const seen = { success: 0, injected: 0 }
    for (let i = 0; i < 100; i += 1) {
      const answer = await fetch(`${server.url}/catalogs/155568600`)
      await answer.text()
      if (answer.ok) seen.success += 1
      else seen.injected += 1
    }
    await (await fetch(`${server.url}/catalogs/unknown?x=1`, { headers: { 'X-Chaos-Force': 'none' } })).text()
    const { body } = await call('GET', '/chaos/stats')
    assert.deepEqual(seen, { success: 50, injected: 50 })
    assert.equal(body.requests, 101)
    assert.equal(body.inFlight, 0)
    assert.deepEqual(body.outcomes, { ...seen, overload: 0, clientError: 1, serverError: 0, aborted: 0 })
    assert.deepEqual(body.faults, { status: 50 })
    assert.deepEqual(Object.keys(body.routes), ['/catalogs/{code}'])
    const sum = body.series.reduce((total: number, second: { injected: number }) => total + second.injected, 0)
    assert.equal(sum, 50)
    assert.equal((await call('DELETE', '/chaos/stats')).status, 204)
    assert.equal((await call('GET', '/chaos/stats')).body.requests, 0)
  })
})

suite('journal and preview', () => {
  test('the preview says what then happens, and the journal why it did', async () => {
    await call('PATCH', '/chaos', {
      failRate: 50,
      rules: [{ id: 'third', limit: { every: 3 }, match: { code: ['155568600'] } }],
    })
    const { body } = await call('GET', '/chaos/preview?n=10&prefix=k-&code=155568600')
    const again = await call('GET', '/chaos/preview?n=10&prefix=k-&code=155568600')
    assert.deepEqual(body, again.body)
    for (const fate of body.fates) {
      const answer = await fetch(`${server.url}/catalogs/155568600`, { headers: { 'X-Chaos-Key': fate.key } })
      await answer.text()
      assert.equal(answer.status, fate.fate === 'served' ? 200 : 500, fate.why)
      const entry = (await call('GET', `/chaos/requests/${fate.key}`)).body.requests[0]
      assert.equal(entry.why, fate.why)
      assert.equal(entry.draw, fate.draw)
      assert.equal(entry.outcome, fate.fate === 'served' ? 'success' : 'injected')
    }
    assert.equal(body.fates[2].rule, 'third')
    const all = (await call('GET', '/chaos/requests?limit=3')).body.requests
    assert.deepEqual(
      all.map((entry: { key: string }) => entry.key),
      ['k-9', 'k-8', 'k-7'],
    )
    const injected = (await call('GET', '/chaos/requests?outcome=injected')).body.requests
    assert.ok(injected.every((entry: { fault: string }) => entry.fault === 'status'))
    assert.equal((await call('GET', '/chaos/requests/nobody')).status, 404)
    assert.equal((await call('GET', '/chaos/preview?n=x')).status, 422)
    assert.equal((await call('GET', '/chaos/preview?n=1001')).status, 422)
  })

  test('the preview of a token bucket takes no token', async () => {
    await call('PATCH', '/chaos', { failRate: 100, faults: [{ kind: 'rate-limit', limit: 2, per: '1h' }] })
    await (await fetch(`${server.url}/catalogs`)).text()
    for (let i = 0; i < 2; i += 1) {
      const fates = (await call('GET', '/chaos/preview?n=3')).body.fates
      assert.deepEqual(
        fates.map(({ fate }: { fate: string }) => fate),
        ['served', 'rate-limit', 'rate-limit'],
      )
      assert.match(fates[0].why, /^served: failRate asked a token bucket, and 0 of 2 tokens were left$/)
      assert.match(fates[1].why, /^rate-limit: failRate asked a token bucket, which was empty for another \d+ ms$/)
    }
    assert.equal((await fetch(`${server.url}/catalogs`)).status, 200)
    assert.equal((await fetch(`${server.url}/catalogs`)).status, 429)
  })

  test('requests without a key are previewed by arrival', async () => {
    await call('PATCH', '/chaos', { failRate: 50 })
    await (await fetch(`${server.url}/catalogs`)).text()
    const { body } = await call('GET', '/chaos/preview?n=5')
    assert.deepEqual(
      body.fates.map((fate: { key: string }) => fate.key),
      ['1', '2', '3', '4', '5'],
    )
    for (const fate of body.fates) {
      const answer = await fetch(`${server.url}/catalogs`)
      await answer.text()
      assert.equal(answer.ok, fate.fate === 'served')
    }
    assert.equal((await call('GET', '/chaos')).body.arrivals, 6)
  })
})
