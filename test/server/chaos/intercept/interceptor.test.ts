/** The interceptor under traffic: settings that change meanwhile, latency, targets, arrivals and exact counts. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { control } from '../../../support/control.ts'
import { httpGet } from '../../../support/raw.ts'
import { startTestServer } from '../../../support/server.ts'

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

suite('targets', () => {
  const routes: [string, string, string][] = [
    ['/catalogs', '/catalogs', ''],
    ['/catalogs?limit=2', '/catalogs', ''],
    ['/catalogs/155568600', '/catalogs/{code}', '155568600'],
    ['/catalogs/155568600?x=/y', '/catalogs/{code}', '155568600'],
    [`/catalogs/155568600?${'x'.repeat(5_000)}`, '/catalogs/{code}', '155568600'],
    [`/catalogs/${'x'.repeat(200)}`, '/catalogs/{code}', ''],
    ['/catalogs/', '/catalogs', ''],
    ['/catalogs/?limit=2', '/catalogs', ''],
    ['/catalogs/155568600/', '/catalogs/{code}', '155568600'],
    ['/catalogs/155568600/?x=/y', '/catalogs/{code}', '155568600'],
    ['/catalogs/%31%35%355%368600', '/catalogs/{code}', '155568600'],
    ['/catalogs/a%2Fb', '/catalogs/{code}', 'a/b'],
    ['/catalogs/%C3%A9', '/catalogs/{code}', 'é'],
  ]
  for (const [path, route, code] of routes) {
    test(`${path.slice(0, 40)} is ${route}`, async t => {
      const server = await startTestServer(t)
      await (await fetch(server.url + path)).text()
      const entry = (await control(server)('GET', '/chaos/requests')).body.requests[0]
      assert.deepEqual([entry.route, entry.code], [route, code])
    })
  }

  test('no way of writing a path passes by the rules', async t => {
    const server = await startTestServer(t)
    const call = control(server)
    const poison = (match: object) =>
      call('PATCH', '/chaos', { rules: [{ id: 'poison', match, faults: [{ kind: 'status', status: 418 }] }] })
    const path = '/catalogs/155568600'
    const item = [path, `${path}/`, `${path}?a=/`, `${path}/?a=b`, '/catalogs/%31%355568600', '/catalogs/15556860%30/']
    const list = ['/catalogs', '/catalogs/', '/catalogs?q=%31', '/catalogs/?limit=1']
    for (const [match, hit, missed] of [
      [{ code: ['155568600'] }, item, [...list, '/catalogs/jj2a97g940']],
      [{ route: ['/catalogs/{code}'] }, [...item, `/catalogs/${'x'.repeat(300)}`], list],
      [{ route: ['/catalogs'] }, list, item],
    ] as const) {
      assert.equal((await poison(match)).status, 200)
      for (const method of ['GET', 'HEAD']) {
        for (const path of hit)
          assert.equal((await fetch(server.url + path, { method })).status, 418, `${method} ${path}`)
        for (const path of missed)
          assert.notEqual((await fetch(server.url + path, { method })).status, 418, `${method} ${path}`)
      }
    }
    const { routes } = (await call('GET', '/chaos/stats')).body
    assert.deepEqual(Object.keys(routes).sort(), ['/catalogs', '/catalogs/{code}'])
  })

  test('a rule that can match no request is refused', async t => {
    const call = control(await startTestServer(t))
    for (const [match, pointer] of [
      [{ route: ['/catalog'] }, '/rules/0/match/route/0'],
      [{ route: ['/catalogs/'] }, '/rules/0/match/route/0'],
      [{ route: ['/catalogs/155568600'] }, '/rules/0/match/route/0'],
      [{ route: ['/catalogs', 'other'] }, '/rules/0/match/route/1'],
      [{ route: ['/health'] }, '/rules/0/match/route/0'],
      [{ route: ['/catalogs'], code: ['155568600'] }, '/rules/0/match'],
      [{ session: ['my lab'] }, '/rules/0/match/session/0'],
    ] as const) {
      const { status, body } = await call('PATCH', '/chaos', { rules: [{ id: 'r', match }] })
      assert.deepEqual([status, body.errors?.[0]?.pointer], [422, pointer], JSON.stringify(match))
    }
  })

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
