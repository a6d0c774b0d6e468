/** Scenarios over HTTP: list, read, run, stop. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { control } from '../../../support/control.ts'
import { startTestServer } from '../../../support/server.ts'

const LOAD = { rate: 10, duration: '10s' }
const scenario = (given: object) => ({ name: 'x', title: 'X', about: 'x', lasts: '10s', load: LOAD, ...given })

suite('over HTTP', () => {
  test('list, read, play, stop', async t => {
    const server = await startTestServer(t)
    const call = control(server)
    const list = (await call('GET', '/chaos/scenarios')).body.scenarios
    assert.equal(list.length, 10)
    const storm = (await call('GET', '/chaos/scenarios/retry-storm')).body
    assert.equal(storm.scenario.load.rate, 70)
    assert.deepEqual(storm.trouble, [{ fromMs: 3_000, toMs: 8_000, what: 'eight times slower' }])
    assert.equal((await call('GET', '/chaos/scenarios/none')).status, 404)

    await call('POST', '/chaos/sessions', { id: 'arm' })
    const run = await call('POST', '/chaos/scenarios/coin-flip/runs?session=arm')
    assert.equal(run.status, 201)
    assert.equal(run.headers.get('Location'), `/chaos/runs/${run.body.id}`)
    assert.equal((await call('GET', '/chaos?session=arm')).body.settings.failRate, 30)
    assert.equal((await call('GET', '/chaos?session=arm')).body.provenance.failRate.source, 'scenario')
    assert.equal((await call('GET', '/chaos')).body.settings.failRate, 0)
    assert.equal((await call('GET', '/chaos/runs')).body.runs.length, 1)
    assert.equal((await call('DELETE', `/chaos/runs/${run.body.id}`)).status, 204)
    assert.equal((await call('DELETE', `/chaos/runs/${run.body.id}`)).status, 404)
    assert.equal((await call('GET', '/chaos?session=arm')).body.settings.failRate, 0)

    const own = scenario({ name: 'own', base: { failRate: 60 } })
    assert.equal((await call('POST', '/chaos/scenarios/own/runs', { scenario: own })).status, 201)
    assert.equal((await call('GET', '/chaos')).body.settings.failRate, 60)
    assert.equal((await call('POST', '/chaos/scenarios/other/runs', { scenario: own })).status, 422)
    const bad = await call('POST', '/chaos/scenarios/own/runs', { scenario: { ...own, base: { failRate: 600 } } })
    assert.equal(bad.status, 422)
    assert.equal((await call('GET', '/chaos')).body.settings.failRate, 60)
    assert.equal((await call('DELETE', '/chaos/sessions/arm')).status, 204)
  })
})
