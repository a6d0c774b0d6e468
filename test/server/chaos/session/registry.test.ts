/** Sessions: isolated settings, clocks and counts that inherit what they have not set, on clocks of their own or shared ones. */

import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { control } from '../../../support/control.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { startTestServer } from '../../../support/server.ts'

const server = await startTestServer({ after })
const call = control(server)
const URL = `${server.url}/catalogs/155568600`
const get = async (headers: Record<string, string>) => {
  const answer = await fetch(URL, { headers })
  await answer.text()
  return answer.status
}
const settingsOf = async (id: string) => (await call('GET', `/chaos?session=${id}`)).body.settings

suite('making and deleting', () => {
  test('by the control plane, with a name or without', async () => {
    const made = await call('POST', '/chaos/sessions', { id: 'a', settings: { failRate: 100 } })
    assert.equal(made.status, 201)
    assert.equal(made.body.id, 'a')
    assert.ok(Math.abs(made.body.clockMs) < 1_000)
    assert.equal(await get({ 'X-Chaos-Session': 'a' }), 500)
    assert.equal(await get({}), 200)
    assert.equal((await call('POST', '/chaos/sessions', { id: 'a' })).status, 409)
    const nameless = await call('POST', '/chaos/sessions')
    assert.match(nameless.body.id, /^lab-\d+$/)
    const { sessions } = (await call('GET', '/chaos/sessions')).body
    assert.deepEqual(
      sessions.map(({ id }: { id: string }) => id),
      ['default', 'a', nameless.body.id],
    )
    assert.equal((await call('GET', '/chaos/sessions/a')).body.arrivals, 1)
    assert.equal((await call('DELETE', '/chaos/sessions/a')).status, 204)
    assert.equal((await call('GET', '/chaos/sessions/a')).status, 404)
    assert.equal((await call('GET', '/chaos?session=a')).status, 404)
    assert.equal((await call('DELETE', '/chaos/sessions/default')).status, 409)
  })

  test('on demand by the first request, and not by the control plane', async () => {
    assert.equal((await call('GET', '/chaos/stats?session=fresh')).status, 404)
    assert.equal(await get({ 'X-Chaos-Session': 'fresh' }), 200)
    assert.equal((await call('GET', '/chaos/stats?session=fresh')).body.requests, 1)
  })

  for (const id of ['', 'a b', 'a/b', 'x'.repeat(65), 'ä']) {
    test(`"${id.slice(0, 10)}" is no name`, async () => {
      assert.equal((await call('POST', '/chaos/sessions', { id })).status, 422)
      if (id !== '' && id !== 'ä') assert.equal(await get({ 'X-Chaos-Session': id }), 400)
    })
  }

  test('settings that are not valid make no session', async () => {
    const { status, body } = await call('POST', '/chaos/sessions', { id: 'bad', settings: { failRate: 101, x: 1 } })
    assert.equal(status, 422)
    assert.deepEqual(body.errors.map((error: { pointer: string }) => error.pointer).sort(), [
      '/settings/failRate',
      '/settings/x',
    ])
    assert.equal((await call('GET', '/chaos/sessions/bad')).status, 404)
  })
})

suite('inheritance', () => {
  test('what a session has not set follows the default session, what it has set does not', async () => {
    await call('POST', '/chaos/sessions', { id: 'heir', settings: { seed: 'own' } })
    await call('PUT', '/chaos/fail-rate', { failRate: 40 })
    assert.equal((await settingsOf('heir')).failRate, 40)
    assert.equal((await settingsOf('heir')).seed, 'own')
    const { provenance } = (await call('GET', '/chaos?session=heir')).body
    assert.deepEqual([provenance.failRate.source, provenance.seed.source], ['inherited', 'api'])
    await call('PUT', '/chaos/fail-rate?session=heir', { failRate: 10 })
    await call('PUT', '/chaos/fail-rate', { failRate: 50 })
    assert.equal((await settingsOf('heir')).failRate, 10)
    await call('PATCH', '/chaos?session=heir', { failRate: null })
    assert.equal((await settingsOf('heir')).failRate, 50)
    await call('PUT', '/chaos/fail-rate?session=heir', { failRate: 10 })
    await call('DELETE', '/chaos?session=heir')
    assert.deepEqual([(await settingsOf('heir')).failRate, (await settingsOf('heir')).seed], [50, '42'])
    await call('POST', '/chaos/reset')
  })

  test('null switches off in a session what the default session has on', async () => {
    await call('PATCH', '/chaos', { latency: { distribution: 'fixed', delay: '1ms' } })
    await call('POST', '/chaos/sessions', { id: 'quick', settings: { latency: null } })
    assert.equal((await settingsOf('quick')).latency, null)
    assert.equal((await settingsOf('default')).latency.delay, '1ms')
    await call('POST', '/chaos/reset')
  })
})

suite('clocks', () => {
  test('startsIn is before 0, clockOf shares it', async () => {
    const first = await call('POST', '/chaos/sessions', { id: 'c1', startsIn: '10s' })
    assert.ok(first.body.clockMs > -10_001 && first.body.clockMs < -9_000)
    const second = await call('POST', '/chaos/sessions', { id: 'c2', clockOf: 'c1' })
    const drift = second.body.clockMs - first.body.clockMs
    assert.ok(drift >= 0 && drift < 1_000)
    assert.equal((await call('POST', '/chaos/sessions', { id: 'c3', clockOf: 'nobody' })).status, 404)
    assert.equal((await call('POST', '/chaos/sessions', { id: 'c3', clockOf: 'c1', startsIn: '1s' })).status, 422)
    await call('POST', '/chaos/reset?session=c1')
    const clockOf = async (id: string) => (await call('GET', `/chaos?session=${id}`)).body.clockMs
    assert.ok((await clockOf('c1')) >= 0)
    assert.ok((await clockOf('c2')) >= 0)
  })

  test('one that shares the clock of another cannot set it back', async () => {
    await call('POST', '/chaos/sessions', { id: 'late', startsIn: '1h' })
    await call('POST', '/chaos/sessions', { id: 'guest', clockOf: 'late' })
    await call('POST', '/chaos/reset?session=guest')
    for (const id of ['late', 'guest']) assert.ok((await call('GET', `/chaos?session=${id}`)).body.clockMs < -3_500_000)
  })
})

suite('two arms', () => {
  for (const sampler of ['bernoulli', 'deck']) {
    test(`agree on the fate of every request they both sent, in whatever order (${sampler})`, async () => {
      const faults = [
        { kind: 'status', status: 500, weight: 2 },
        { kind: 'status', status: 503 },
        { kind: 'reset' },
        { kind: 'empty' },
      ]
      for (const id of ['one', 'two']) {
        await call('POST', '/chaos/sessions', { id: `${id}-${sampler}`, settings: { failRate: 40, sampler, faults } })
      }
      const meet = async (session: string, index: number) => {
        const headers = { 'X-Chaos-Session': `${session}-${sampler}`, 'X-Chaos-Key': `42-${index}` }
        return get(headers).catch(error => error.cause.code as string)
      }
      const indexes = Array.from({ length: 300 }, (_, index) => index)
      const one = await Promise.all(indexes.map(index => meet('one', index)))
      const two = await Promise.all(indexes.toReversed().map(index => meet('two', index)))
      assert.deepEqual(one, two.reverse())
      const kinds = new Set(one)
      assert.deepEqual([...kinds].map(String).sort(), ['200', '500', '503', 'ECONNRESET', 'UND_ERR_SOCKET'])
      if (sampler === 'deck') assert.equal(one.filter(status => status === 200).length, 180)
    })
  }
})

suite('limits', () => {
  const limits = { sessions: 3 }
  const record = async (url: string, id: string) => {
    const answer = await fetch(`${url}/catalogs`, { headers: { 'X-Chaos-Session': id } })
    return {
      status: answer.status,
      retryAfter: answer.headers.get('Retry-After'),
      body: (await answer.json()) as { detail?: string },
    }
  }

  test('one that was made on demand and left alone for a minute makes room, the longest first', async t => {
    const clock = new ManualClock()
    const small = await startTestServer(t, { limits, clock })
    const ids = () => small.chaos.control.sessions.list().map(({ id }) => id)
    await control(small)('POST', '/chaos/sessions', { id: 'kept' })
    await record(small.url, 'a')
    clock.advance(1_000)
    await record(small.url, 'b')
    clock.advance(59_000)
    assert.equal((await record(small.url, 'c')).status, 200)
    assert.deepEqual(ids(), ['default', 'kept', 'b', 'c'])
    const refused = await record(small.url, 'd')
    assert.equal(refused.status, 429)
    assert.equal(refused.retryAfter, '60')
    assert.match(refused.body.detail ?? '', /All 3 sessions are in use: .*--max-sessions/)
    assert.equal((await record(small.url, 'b')).status, 200, 'those who have one keep it')
    assert.equal((await control(small)('POST', '/chaos/sessions', { id: 'e' })).status, 201)
    assert.equal(ids().length, 4)
    assert.ok(ids().includes('kept') && ids().includes('e'), 'traffic does not keep out what is made on purpose')
  })

  test('one that was made on purpose makes room for none, and a refusal makes nothing', async t => {
    const clock = new ManualClock()
    const small = await startTestServer(t, { limits, clock })
    const callSmall = control(small)
    for (const id of ['a', 'b', 'c'])
      assert.equal((await callSmall('POST', '/chaos/sessions', { id, settings: { failRate: 100 } })).status, 201)
    clock.advance(29 * 60_000)
    const { status, body } = await callSmall('POST', '/chaos/sessions', { id: 'd', settings: { failRate: 7 } })
    assert.equal(status, 429)
    assert.match(body.detail, /DELETE \/chaos\/sessions\/\{id\}/)
    assert.equal((await callSmall('GET', '/chaos/sessions')).body.sessions.length, 4)
    await callSmall('DELETE', '/chaos/sessions/b')
    assert.equal((await callSmall('POST', '/chaos/sessions', { id: 'd' })).status, 201)
    clock.advance(31 * 60_000)
    assert.equal((await callSmall('GET', '/chaos/sessions')).body.sessions.length, 1, 'half an hour is long enough')
  })
})

suite('a session that somebody uses lives', () => {
  const HALF_AN_HOUR = 31 * 60_000

  test('control calls are use, those that name it in the path too', async t => {
    const clock = new ManualClock()
    const used = await startTestServer(t, { clock })
    const callUsed = control(used)
    for (const id of ['query', 'path', 'idle']) await callUsed('POST', '/chaos/sessions', { id })
    for (let minutes = 0; minutes < 90; minutes += 20) {
      clock.advance(20 * 60_000)
      assert.equal((await callUsed('GET', '/chaos/fail-rate?session=query')).status, 200)
      assert.equal((await callUsed('GET', '/chaos/sessions/path')).status, 200)
      await callUsed('GET', '/chaos/sessions')
    }
    assert.equal((await callUsed('GET', '/chaos/sessions/idle')).status, 404)
  })

  test('a scenario run is use as long as it lasts, and half an hour longer', async t => {
    const clock = new ManualClock()
    const used = await startTestServer(t, { clock })
    const callUsed = control(used)
    const scenario = { name: 'long', title: 'x', about: 'x', lasts: '1h', load: { rate: 1, duration: '1s' } }
    await callUsed('POST', '/chaos/sessions', { id: 'runs' })
    assert.equal((await callUsed('POST', '/chaos/scenarios/long/runs?session=runs', { scenario })).status, 201)
    const isThere = async () => {
      const { sessions } = (await callUsed('GET', '/chaos/sessions')).body
      return sessions.some(({ id }: { id: string }) => id === 'runs')
    }
    for (const minutes of [40, 19, 2, 28]) {
      clock.advance(minutes * 60_000)
      assert.ok(await isThere())
    }
    clock.advance(HALF_AN_HOUR)
    assert.ok(!(await isThere()))
  })

  test('listeners are use', async t => {
    const clock = new ManualClock()
    const used = await startTestServer(t, { clock })
    const callUsed = control(used)
    for (const id of ['heard', 'idle']) await callUsed('POST', '/chaos/sessions', { id })
    const leave = new AbortController()
    const stream = await fetch(`${used.url}/chaos/events?session=heard`, { signal: leave.signal })
    assert.equal(stream.status, 200)
    clock.advance(HALF_AN_HOUR)
    const { sessions } = (await callUsed('GET', '/chaos/sessions')).body
    assert.deepEqual(
      sessions.map(({ id }: { id: string }) => id),
      ['default', 'heard'],
    )
    leave.abort()
  })
})

suite('a session that requests brought about', () => {
  const byTraffic = (id: string) => get({ 'X-Chaos-Session': id })

  test('belongs to whoever makes it, and begins anew', async () => {
    await byTraffic('found')
    const before = server.chaos.control.sessions.get('found')
    assert.equal((await call('POST', '/chaos/sessions', { id: 'found', settings: { failRate: 100 } })).status, 201)
    const made = server.chaos.control.sessions.get('found')
    assert.notEqual(made, before)
    assert.deepEqual([made?.pinned, made?.arrivals], [true, 0])
    assert.equal(await byTraffic('found'), 500)
    assert.equal((await call('GET', '/chaos/stats?session=found')).body.requests, 1)
    assert.equal((await call('POST', '/chaos/sessions', { id: 'found' })).status, 409)
  })

  for (const [what, act] of [
    ['settings', (id: string) => call('PUT', `/chaos/fail-rate?session=${id}`, { failRate: 3 })],
    ['an outage', (id: string) => call('POST', `/chaos/outages?session=${id}`, { for: '1h' })],
    ['a scenario', (id: string) => call('POST', `/chaos/scenarios/blackout/runs?session=${id}`)],
  ] as const) {
    test(`stays with who has given it ${what}`, async () => {
      const id = `given-${what.replaceAll(' ', '-')}`
      await byTraffic(id)
      await act(id)
      assert.equal((await call('POST', '/chaos/sessions', { id })).status, 409)
    })
  }
})
