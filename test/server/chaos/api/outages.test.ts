/** Declared outages over HTTP. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { control } from '../../../support/control.ts'
import { httpGet, rawGet } from '../../../support/raw.ts'
import { startTestServer } from '../../../support/server.ts'

const PATH = '/catalogs/155568600'

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
