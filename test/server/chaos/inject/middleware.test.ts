/** What a fault shows and hides: forced faults, errors of the handler, stealth. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createServer } from '../../../../server/http/server.ts'
import { control } from '../../../support/control.ts'
import { listen } from '../../../support/listen.ts'
import { httpGet, rawGet } from '../../../support/raw.ts'
import { startTestServer } from '../../../support/server.ts'
import { standApp } from '../../../support/stand-app.ts'

const PATH = '/catalogs/155568600'

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
