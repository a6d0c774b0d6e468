/** The failure model under traffic: settings that change meanwhile, exact counts, latency, forced faults, stealth. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createServer } from '../../../server/http/server.ts'
import { control } from '../../support/control.ts'
import { listen } from '../../support/listen.ts'
import { httpGet, rawGet } from '../../support/raw.ts'
import { startTestServer } from '../../support/server.ts'
import { standApp } from '../../support/stand-app.ts'

const PATH = '/catalogs/155568600'

suite('changes under load', () => {
  test('no request sees half of a change, and health and control are never faulted', async t => {
    const server = await startTestServer(t)
    const call = control(server)
    // Two documents; each of their answers shows which one it met in two independent places.
    const one = { failRate: 100, faults: [{ kind: 'status', status: 500, retryAfter: '1s' }], rules: [] }
    const two = { failRate: 99, faults: [{ kind: 'status', status: 503, retryAfter: '2s' }], rules: [] }
    await call('PATCH', '/chaos', one)
    const seen = new Map<string, number>()
    let over = false
    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let i = 0; !over; i += 1) {
        const answer = await fetch(server.url + PATH, { headers: { 'X-Chaos-Key': `${client}-${i}` } })
        await answer.text()
        if (answer.status === 200) continue
        const rate = /rate=(\d+)/.exec(answer.headers.get('X-Chaos-Fault') ?? '')?.[1]
        const mark = `${answer.status} ${rate} ${answer.headers.get('Retry-After')}`
        seen.set(mark, (seen.get(mark) ?? 0) + 1)
      }
    })
    for (let i = 0; i < 60; i += 1) {
      assert.equal((await call('PATCH', '/chaos', i % 2 === 0 ? two : one)).status, 200)
      assert.equal((await call('GET', '/health')).status, 200)
      assert.equal((await call('GET', '/ready')).status, 200)
    }
    over = true
    await Promise.all(clients)
    assert.deepEqual([...seen.keys()].sort(), ['500 100 1', '503 99 2'])
  })

  test('a change holds from the next request on', async t => {
    const server = await startTestServer(t)
    const call = control(server)
    for (let i = 0; i < 50; i += 1) {
      await call('PUT', '/chaos/fail-rate', { failRate: i % 2 === 0 ? 100 : 0 })
      const answer = await fetch(server.url + PATH)
      await answer.text()
      assert.equal(answer.status, i % 2 === 0 ? 500 : 200)
    }
  })
})

suite('an outage', () => {
  test('pulls the plug on the data plane alone, in the sessions that inherit too, until it is plugged in again', async t => {
    const server = await startTestServer(t)
    const call = control(server)
    await call('POST', '/chaos/sessions', { id: 'arm' })
    await call('POST', '/chaos/sessions', { id: 'shelter', settings: { outage: null } })
    const status = async (session: string) => (await httpGet(server.url + PATH, { 'X-Chaos-Session': session })).status
    const declared = await call('POST', '/chaos/outages', { for: '1h' })
    assert.equal(declared.status, 201)
    assert.ok(Math.abs(declared.body.toMs - declared.body.fromMs - 3_600_000) <= 1)
    assert.deepEqual([await status('default'), await status('arm'), await status('shelter')], [503, 503, 200])
    for (const path of ['/health', '/ready', '/metrics', '/chaos', '/chaos/stats', '/openapi.json']) {
      assert.equal((await fetch(server.url + path)).status, 200, path)
    }
    const weather = (await call('GET', '/chaos/outages')).body
    assert.deepEqual([weather.down, weather.outages.length], [true, 1])
    assert.equal((await httpGet(server.url + PATH)).headers['x-chaos-fault'], 'status; outage')
    assert.equal((await call('DELETE', '/chaos/outages')).body.down, false)
    assert.deepEqual([await status('default'), await status('arm')], [200, 200])
    await call('POST', '/chaos/outages', { from: '1h', for: '1m', faults: [{ kind: 'reset' }] })
    assert.equal(await status('default'), 200)
    for (const body of [{}, { for: '1s', to: '2s' }, { for: 20 }, { to: '1ms' }, { for: '1s', x: 1 }]) {
      assert.equal((await call('POST', '/chaos/outages', body)).status, 422, JSON.stringify(body))
    }
  })

  test('is one of a hundred at most', async t => {
    const server = await startTestServer(t)
    const call = control(server)
    for (let i = 0; i < 100; i += 1)
      assert.equal((await call('POST', '/chaos/outages', { from: '1h', for: '1m' })).status, 201)
    assert.equal((await call('POST', '/chaos/outages', { for: '1m' })).status, 409)
    assert.equal((await call('POST', '/chaos/scenarios/blackout/runs')).status, 409)
    assert.equal((await call('GET', '/chaos/runs')).body.runs.length, 0)
    assert.deepEqual((await call('DELETE', '/chaos/outages')).body.outages, [])
    assert.equal((await call('POST', '/chaos/scenarios/blackout/runs')).status, 201)
  })

  test('of the settings ends by DELETE too', async t => {
    const server = await startTestServer(t)
    const call = control(server)
    await call('PATCH', '/chaos', { outage: { windows: [{ from: '0s', for: '1h' }], faults: [{ kind: 'reset' }] } })
    assert.equal((await rawGet(server.port, PATH)).end, 'ECONNRESET')
    assert.match((await call('GET', '/chaos/requests')).body.requests[0].why, /during an outage of the settings/)
    await call('DELETE', '/chaos/outages')
    assert.equal((await httpGet(server.url + PATH)).status, 200)
  })
})

suite('latency', () => {
  test('delays without failing, and the same key as long in every session', async t => {
    const server = await startTestServer(t, {
      settings: { latency: { distribution: 'uniform', min: '20ms', max: '60ms', cap: '60s' } },
    })
    const call = control(server)
    for (const session of ['a', 'b']) {
      for (const key of ['1', '2', '3']) {
        await (await fetch(server.url + PATH, { headers: { 'X-Chaos-Session': session, 'X-Chaos-Key': key } })).text()
      }
    }
    const delays = async (session: string): Promise<number[]> =>
      (await call('GET', `/chaos/requests?session=${session}`)).body.requests.map(
        (entry: { delayMs: number; durationMs: number }) => {
          assert.ok(entry.durationMs >= entry.delayMs - 1.5)
          return entry.delayMs
        },
      )
    const a = await delays('a')
    assert.deepEqual(a, await delays('b'))
    assert.equal(new Set(a).size, 3)
    assert.ok(a.every(ms => ms >= 20 && ms < 60))
  })
})

suite('forced faults', () => {
  const forced: [string, Record<string, string>, number, string | undefined][] = [
    ['a status', { 'X-Chaos-Force': '418' }, 418, 'status; forced'],
    ['a kind', { 'x-chaos-force': 'wrong-type' }, 200, 'wrong-type; forced'],
    ['a reset', { 'X-Chaos-Force': 'reset' }, 0, undefined],
    ['a delay and a status', { 'X-Chaos-Force': 'delay=5ms; 503' }, 503, 'status; forced'],
    ['Envoy’s abort', { 'x-envoy-fault-abort-request': '429' }, 429, 'status; forced'],
    [
      'Envoy’s abort of no request',
      { 'x-envoy-fault-abort-request': '429', 'x-envoy-fault-abort-request-percentage': '0' },
      200,
      undefined,
    ],
    ['Envoy’s delay', { 'x-envoy-fault-delay-request': '5' }, 200, undefined],
    ['nonsense', { 'X-Chaos-Force': 'explode' }, 400, undefined],
    ['a status that is no error', { 'X-Chaos-Force': '200' }, 400, undefined],
    ['an abort with a status that is no error', { 'x-envoy-fault-abort-request': '200' }, 400, undefined],
    ['a delay over a minute', { 'X-Chaos-Force': 'delay=2m' }, 400, undefined],
    ['Envoy’s delay over a minute', { 'x-envoy-fault-delay-request': '60001' }, 400, undefined],
    ['Envoy’s delay that is no number', { 'x-envoy-fault-delay-request': 'long' }, 400, undefined],
    ['a delay without a unit', { 'X-Chaos-Force': 'delay=5' }, 400, undefined],
  ]
  for (const [name, headers, status, marker] of forced) {
    test(name, async t => {
      const server = await startTestServer(t)
      const got = await httpGet(server.url + PATH, headers)
      assert.equal(got.status, status)
      assert.equal(got.headers['x-chaos-fault'], marker)
    })
  }

  test('none is peace, at a fail rate of 100 and during an outage', async t => {
    const server = await startTestServer(t, { settings: { failRate: 100 } })
    await control(server)('POST', '/chaos/outages', { for: '1h' })
    assert.equal((await httpGet(server.url + PATH, { 'X-Chaos-Force': 'none' })).status, 200)
    assert.equal((await httpGet(server.url + PATH)).status, 503)
  })
})

suite('an error of the handler itself', () => {
  for (const kind of ['malformed', 'truncate', 'drip', 'stall', 'status']) {
    test(`is a 500 of the server, whatever was to be injected (${kind})`, async t => {
      const server = await startTestServer(t, { settings: { failRate: 100 } })
      server.chaos.change({ faults: [{ kind }], ...(kind === 'status' ? { failRate: 0 } : {}) }, 'api')
      const catalog = {
        find() {
          throw new TypeError('a bug')
        },
      }
      const app = standApp({ chaos: server.chaos, catalog: catalog as never })
      const got = await httpGet((await listen(createServer(app, 'bug'), t)) + PATH)
      assert.deepEqual([got.status, got.complete, got.headers['x-chaos-fault']], [500, true, undefined])
      assert.match(got.body, /The server met an error of its own/)
      const { outcomes } = (await control(server)('GET', '/chaos/stats')).body
      assert.deepEqual([outcomes.injected, outcomes.serverError], [0, 1])
    })
  }
})

suite('stealth', () => {
  test('hides every marker, in headers and in bodies', async t => {
    const server = await startTestServer(t, { stealth: true, settings: { failRate: 100 } })
    for (const kind of ['status', 'wrong-type', 'malformed', 'truncate', 'rate-limit']) {
      server.chaos.change(
        { faults: [{ kind, ...(kind === 'rate-limit' ? { limit: 1, per: '1h', burst: 1 } : {}) }] },
        'api',
      )
      const text =
        (await rawGet(server.port, PATH)).bytes.toString() + (await rawGet(server.port, PATH)).bytes.toString()
      assert.doesNotMatch(text, /chaos|inject|\bfault/i, kind)
    }
    server.chaos.change({ failRate: 0, capacity: { workers: 1, queue: 0, service: '60s' } }, 'api')
    const first = httpGet(server.url + PATH)
    while (server.chaos.control.sessions.first.capacity?.load.busy !== 1) await new Promise(setImmediate)
    const refused = await rawGet(server.port, PATH)
    assert.match(refused.bytes.toString(), /^HTTP\/1\.1 503 /)
    assert.doesNotMatch(refused.bytes.toString(), /chaos|inject|\bfault|virtual/i)
    server.chaos.control.reset(server.chaos.control.sessions.first)
    assert.equal((await first).status, 200)
  })
})

suite('targets', () => {
  const routes: [string, string, string][] = [
    ['/catalogs', '/catalogs', ''],
    ['/catalogs?limit=2', '/catalogs', ''],
    ['/catalogs/155568600', '/catalogs/{code}', '155568600'],
    ['/catalogs/155568600?x=/y', '/catalogs/{code}', '155568600'],
    [`/catalogs/155568600?${'x'.repeat(5_000)}`, '/catalogs/{code}', '155568600'],
    [`/catalogs/${'x'.repeat(200)}`, 'other', ''],
  ]
  for (const [path, route, code] of routes) {
    test(`${path.slice(0, 40)} is ${route}`, async t => {
      const server = await startTestServer(t)
      await (await fetch(server.url + path)).text()
      const entry = (await control(server)('GET', '/chaos/requests')).body.requests[0]
      assert.deepEqual([entry.route, entry.code], [route, code])
    })
  }

  test('one poisoned product leaves the others alone', async t => {
    const server = await startTestServer(t)
    await control(server)('POST', '/chaos/scenarios/poison-product/runs')
    for (const code of ['155568600', 'jj2a97g940', '155568600', '702915400']) {
      const got = await httpGet(`${server.url}/catalogs/${code}`)
      assert.equal(got.status, code === '155568600' ? 500 : 200)
    }
  })
})

suite('arrivals', () => {
  test('count the requests without a usable key, and number their draws', async t => {
    const server = await startTestServer(t)
    const call = control(server)
    const arrivals = async () => (await call('GET', '/chaos')).body.arrivals
    const send = async (headers: Record<string, string>) => (await httpGet(server.url + PATH, headers)).status
    for (const headers of [{}, { 'X-Chaos-Key': 'k-1' }, { 'X-Chaos-Key': 'word' }]) await send(headers)
    assert.equal(await arrivals(), 1)
    await call('PATCH', '/chaos', { sampler: 'deck', failRate: 50 })
    for (const headers of [{}, { 'X-Chaos-Key': 'k-1' }, { 'X-Chaos-Key': 'word' }]) await send(headers)
    assert.equal(await arrivals(), 3)
    await call('POST', '/chaos/reset')
    await call('PATCH', '/chaos', { sampler: 'deck', failRate: 37 })
    let failed = 0
    for (let i = 0; i < 100; i += 1) if ((await send(i % 2 === 0 ? {} : { 'X-Chaos-Key': 'word' })) === 500) failed += 1
    assert.equal(failed, 37)
  })
})

suite('counts', () => {
  test('equal what an independent client counted, with every kind at once', async t => {
    const server = await startTestServer(t)
    const call = control(server)
    const kinds = ['status', 'reset', 'empty', 'truncate', 'malformed', 'garbage', 'wrong-type']
    await call('PATCH', '/chaos', { failRate: 50, faults: kinds.map(kind => ({ kind })) })
    const seen = { success: 0, injected: 0 }
    const one = async (i: number) => {
      const got = await httpGet(server.url + PATH, { 'X-Chaos-Key': `c-${i}` })
      let good = got.status === 200 && got.complete
      try {
        if (good) JSON.parse(got.body)
      } catch {
        good = false
      }
      seen[good ? 'success' : 'injected'] += 1
    }
    for (let batch = 0; batch < 20; batch += 1)
      await Promise.all(Array.from({ length: 50 }, (_, i) => one(batch * 50 + i)))
    const { body } = await call('GET', '/chaos/stats')
    assert.equal(body.requests, 1_000)
    assert.deepEqual([body.outcomes.success, body.outcomes.injected], [seen.success, seen.injected])
    const byKind: number[] = Object.values(body.faults)
    assert.equal(
      byKind.reduce((sum, count) => sum + count, 0),
      seen.injected,
    )
    assert.equal(Object.keys(body.faults).length, kinds.length)
  })
})
