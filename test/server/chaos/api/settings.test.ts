/** Settings over HTTP: change by patch, tags, dry runs, time limits, provenance, and everything that is refused. */

import assert from 'node:assert/strict'
import { after, beforeEach, suite, test } from 'node:test'
import { control } from '../../../support/control.ts'
import { startTestServer } from '../../../support/server.ts'

const server = await startTestServer({ after }, { settings: { failRate: 5 }, sources: { failRate: 'env' } })
const call = control(server)
const settings = async () => (await call('GET', '/chaos')).body.settings

beforeEach(async () => {
  await call('POST', '/chaos/reset')
})

suite('GET /chaos', () => {
  test('says what it is, what is set, and by whom', async () => {
    const { status, body, headers } = await call('GET', '/chaos')
    assert.equal(status, 200)
    assert.equal(body.name, 'flaky-catalog')
    assert.match(body.version, /^\d+\.\d+\.\d+/)
    assert.equal(body.session, 'default')
    assert.equal(body.arrivals, 0)
    assert.ok(body.clockMs >= 0)
    assert.deepEqual(Object.keys(body.settings), [
      'failRate',
      'sampler',
      'seed',
      'faults',
      'latency',
      'outage',
      'capacity',
      'rules',
    ])
    assert.equal(body.provenance.failRate.source, 'env')
    assert.equal(body.provenance.sampler.source, 'default')
    assert.ok(!Number.isNaN(Date.parse(body.provenance.failRate.at)))
    assert.match(headers.get('ETag') ?? '', /^"[0-9a-f]{16}"$/)
    assert.equal(headers.get('Cache-Control'), 'no-store')
  })
})

suite('the fail rate', () => {
  test('is read and set', async () => {
    assert.deepEqual((await call('GET', '/chaos/fail-rate')).body, { failRate: 5 })
    assert.deepEqual((await call('PUT', '/chaos/fail-rate', { failRate: 0.5 })).body, { failRate: 0.5 })
    assert.deepEqual((await call('GET', '/chaos/fail-rate')).body, { failRate: 0.5 })
  })

  const refused: [string, unknown, string][] = [
    ['below 0', { failRate: -1 }, '/failRate'],
    ['above 100', { failRate: 100.01 }, '/failRate'],
    ['a string', { failRate: '70' }, '/failRate'],
    ['null', { failRate: null }, '/failRate'],
    ['an array', { failRate: [70] }, '/failRate'],
    ['missing', {}, '/failRate'],
    ['something else besides', { failRate: 70, rate: 1 }, '/rate'],
    ['a bare number', 70, ''],
  ]
  for (const [name, body, pointer] of refused) {
    test(`${name} is refused with 422 at "${pointer}"`, async () => {
      const answer = await call('PUT', '/chaos/fail-rate', body)
      assert.equal(answer.status, 422)
      assert.equal(answer.body.errors[0].pointer, pointer)
      assert.deepEqual((await call('GET', '/chaos/fail-rate')).body, { failRate: 5 })
    })
  }
})

suite('PATCH', () => {
  test('merges, and null switches off or gives back', async () => {
    await call('PATCH', '/chaos', {
      failRate: 70,
      latency: { distribution: 'fixed', delay: '1ms' },
      capacity: { slow: 2 },
    })
    await call('PATCH', '/chaos', { capacity: { workers: 2 } })
    const one = await settings()
    assert.equal(one.capacity.slow, 2)
    assert.equal(one.capacity.workers, 2)
    assert.equal(one.latency.delay, '1ms')
    await call('PATCH', '/chaos', { failRate: null, latency: null })
    const two = await settings()
    assert.equal(two.failRate, 5)
    assert.equal(two.latency, null)
    assert.equal(two.capacity.workers, 2)
  })

  test('another distribution replaces the old one', async () => {
    await call('PATCH', '/chaos', { latency: { distribution: 'lognormal', p50: '4ms', p99: '40ms' } })
    const { status } = await call('PATCH', '/chaos', { latency: { distribution: 'fixed', delay: '1ms' } })
    assert.equal(status, 200)
    assert.deepEqual((await settings()).latency, { distribution: 'fixed', delay: '1ms', cap: '60s' })
  })

  test('says who changed what', async () => {
    await call('PATCH', '/chaos', { failRate: 70 }, { 'X-Chaos-Origin': 'web' })
    await call('PATCH', '/chaos', { seed: '7' }, { 'X-Chaos-Origin': 'cli' })
    await call('PATCH', '/chaos', { sampler: 'deck' }, { 'X-Chaos-Origin': 'env' })
    await call('PATCH', '/chaos', { rules: [{ id: 'a' }] }, { 'X-Chaos-Origin': 'constructor' })
    const { provenance } = (await call('GET', '/chaos')).body
    assert.deepEqual(
      [provenance.failRate.source, provenance.seed.source, provenance.sampler.source, provenance.rules.source],
      ['web', 'cli', 'api', 'api'],
    )
    await call('DELETE', '/chaos')
    assert.equal((await call('GET', '/chaos')).body.provenance.failRate.source, 'env')
  })

  test('tells its listeners once, and not at all where nothing changes', async () => {
    const events: string[] = []
    const stop = server.chaos.on(event => events.push(event.type === 'settings' ? event.changed.join() : event.type))
    await call('PATCH', '/chaos', { failRate: 70, seed: '9' })
    await call('PATCH', '/chaos', { failRate: 70 })
    stop()
    await call('PATCH', '/chaos', { failRate: 71 })
    assert.deepEqual(events, ['failRate,seed'])
  })
})

suite('PUT and DELETE', () => {
  test('PUT replaces the whole document, DELETE returns to the boot values', async () => {
    await call('PATCH', '/chaos', { failRate: 70, sampler: 'deck' })
    await call('PUT', '/chaos', { capacity: {} })
    const replaced = await settings()
    assert.deepEqual([replaced.failRate, replaced.sampler, replaced.capacity.queue], [0, 'bernoulli', 200])
    await call('DELETE', '/chaos')
    const back = await settings()
    assert.deepEqual([back.failRate, back.capacity], [5, null])
  })
})

suite('ETag and If-Match', () => {
  test('a change on top of settings that others have changed is refused', async () => {
    const tag = (await call('GET', '/chaos')).headers.get('ETag') ?? ''
    const first = await call('PATCH', '/chaos', { failRate: 10 }, { 'If-Match': tag })
    assert.equal(first.status, 200)
    const late = await call('PATCH', '/chaos', { failRate: 20 }, { 'If-Match': tag })
    assert.equal(late.status, 412)
    assert.equal(late.headers.get('ETag'), first.headers.get('ETag'))
    assert.equal((await settings()).failRate, 10)
    for (const [method, path, body] of [
      ['PUT', '/chaos', {}],
      ['DELETE', '/chaos', undefined],
      ['PUT', '/chaos/fail-rate', { failRate: 1 }],
    ] as const) {
      assert.equal((await call(method, path, body, { 'If-Match': tag })).status, 412, `${method} ${path}`)
    }
    assert.equal((await call('PATCH', '/chaos', { failRate: 30 }, { 'If-Match': '*' })).status, 200)
    const now = (await call('GET', '/chaos')).headers.get('ETag')
    assert.equal((await call('PATCH', '/chaos', { failRate: 40 }, { 'If-Match': `"x", ${now}` })).status, 200)
  })

  test('the same settings have the same tag', async () => {
    const tag = (await call('GET', '/chaos')).headers.get('ETag')
    await call('PATCH', '/chaos', { failRate: 10 })
    assert.notEqual((await call('GET', '/chaos')).headers.get('ETag'), tag)
    await call('PATCH', '/chaos', { failRate: 5 })
    assert.equal((await call('GET', '/chaos')).headers.get('ETag'), tag)
  })
})

suite('dryRun and ttl', () => {
  test('a rehearsal answers what would be, and changes nothing', async () => {
    const { body } = await call('PATCH', '/chaos?dryRun=1', { failRate: 70 })
    assert.equal(body.settings.failRate, 70)
    assert.equal((await settings()).failRate, 5)
    assert.equal((await call('PATCH', '/chaos?dryRun=1', { failRate: 101 })).status, 422)
    assert.equal((await call('PUT', '/chaos?dryRun=1', {})).body.settings.failRate, 0)
    await call('PATCH', '/chaos', { failRate: 9 })
    assert.equal((await call('DELETE', '/chaos?dryRun=1')).body.settings.failRate, 5)
    assert.equal((await settings()).failRate, 9)
    assert.deepEqual((await call('PUT', '/chaos/fail-rate?dryRun=1', { failRate: 70 })).body, { failRate: 70 })
    assert.equal((await settings()).failRate, 9)
  })

  test('queries that nobody knows are refused', async () => {
    const answer = await call('PATCH', '/chaos?tll=30s', { failRate: 70 })
    assert.equal(answer.status, 422)
    assert.equal(answer.body.errors[0].parameter, 'tll')
    const bare = await call('PATCH', '/chaos?ttl=30', { failRate: 70 })
    assert.equal(bare.body.errors[0].parameter, 'ttl')
    assert.match(bare.body.errors[0].detail, /30ms or 30s/)
    assert.equal((await settings()).failRate, 5)
  })
})

suite('bad input is refused whole, every problem with its place', () => {
  const cases: [string, unknown, string[]][] = [
    ['an unknown member', { failrate: 7 }, ['/failrate']],
    ['several problems at once', { failRate: 200, sampler: 'dice', extra: 1 }, ['/failRate', '/sampler', '/extra']],
    ['an unknown kind', { faults: [{ kind: 'explode' }] }, ['/faults/0/kind']],
    ['a member of another kind', { faults: [{ kind: 'reset', status: 500 }] }, ['/faults/0/status']],
    ['no kind at all', { faults: [] }, ['/faults']],
    ['no weight at all', { faults: [{ kind: 'reset', weight: 0 }] }, ['/faults']],
    ['a negative weight', { faults: [{ kind: 'reset', weight: -1 }] }, ['/faults/0/weight', '/faults']],
    ['a status that is no error', { faults: [{ kind: 'status', status: 200 }] }, ['/faults/0/status']],
    ['a duration without a unit', { faults: [{ kind: 'hang', for: '10' }] }, ['/faults/0/for']],
    ['a duration as a number', { faults: [{ kind: 'hang', for: 10 }] }, ['/faults/0/for']],
    ['an unknown unit', { faults: [{ kind: 'hang', for: '10 days' }] }, ['/faults/0/for']],
    ['a hang over 60 s', { faults: [{ kind: 'hang', for: '61s' }] }, ['/faults/0/for']],
    ['a delay over 60 s', { latency: { distribution: 'fixed', delay: '2m' } }, ['/latency/delay']],
    ['a p99 below the p50', { latency: { distribution: 'lognormal', p50: '2s', p99: '1s' } }, ['/latency/p99']],
    ['a max below the min', { latency: { distribution: 'uniform', min: '2s', max: '1s' } }, ['/latency/max']],
    ['availability alone', { outage: { availability: 90 } }, ['/outage']],
    ['an availability of 100', { outage: { availability: 100, meanLength: '5s' } }, ['/outage/availability']],
    ['a window without an end', { outage: { windows: [{ from: '5s' }] } }, ['/outage/windows/0']],
    ['a window that ends first', { outage: { windows: [{ from: '5s', to: '4s' }] } }, ['/outage/windows/0/to']],
    ['half a worker', { capacity: { workers: 1.5 } }, ['/capacity/workers']],
    ['an id twice', { rules: [{ id: 'a' }, { id: 'a' }] }, ['/rules']],
    ['a rule that matches nothing known', { rules: [{ id: 'a', match: { brand: ['x'] } }] }, ['/rules/0/match/brand']],
    ['two limits', { rules: [{ id: 'a', limit: { first: 1, every: 2 } }] }, ['/rules/0/limit']],
    ['a rate in a rule', { rules: [{ id: 'a', rate: 101 }] }, ['/rules/0/rate']],
    ['an empty seed', { seed: '' }, ['/seed']],
    ['a seed that is a number', { seed: 42 }, ['/seed']],
    ['an array', [], ['']],
    ['a string', '"x"', ['']],
    ['null', 'null', ['']],
    ['a prototype', '{"__proto__":{"failRate":1}}', ['/__proto__']],
    ['a deep prototype', '{"capacity":{"__proto__":{"workers":1}}}', ['/capacity/__proto__', '/__proto__']],
  ]
  for (const [name, body, pointers] of cases) {
    test(name, async () => {
      const before = await settings()
      for (const method of ['PATCH', 'PUT']) {
        const answer = await call(method, '/chaos', body)
        assert.equal(answer.status, 422, method)
        assert.equal(answer.headers.get('Content-Type'), 'application/problem+json')
        const found: string[] = answer.body.errors.map((error: { pointer: string }) => error.pointer)
        assert.ok(
          found.every(pointer => pointers.includes(pointer)),
          found.join(),
        )
      }
      assert.deepEqual(await settings(), before)
      assert.equal(({} as Record<string, unknown>).failRate, undefined)
    })
  }

  test('all problems of the several are named', async () => {
    const { body } = await call('PATCH', '/chaos', { failRate: 200, sampler: 'dice', extra: 1 })
    assert.deepEqual(body.errors.map((error: { pointer: string }) => error.pointer).sort(), [
      '/extra',
      '/failRate',
      '/sampler',
    ])
  })

  test('what is not JSON', async () => {
    assert.equal((await call('PATCH', '/chaos', '{"failRate":')).status, 400)
    assert.equal((await call('PATCH', '/chaos', 'failRate=7', { 'Content-Type': 'text/plain' })).status, 415)
    assert.equal((await call('PATCH', '/chaos', '{}', { 'Content-Type': 'application/merge-patch+json' })).status, 200)
    assert.equal((await call('PATCH', '/chaos')).status, 400)
  })

  test('a body over 64 KiB', async () => {
    const answer = await call('PATCH', '/chaos', { seed: 'x'.repeat(64 * 1024) })
    assert.equal(answer.status, 413)
  })

  test('a hundred and first change that is to revert by itself', async () => {
    const session = 'ttl'
    await call('POST', '/chaos/sessions', { id: session })
    const put = (failRate: number) => call('PUT', `/chaos/fail-rate?ttl=1h&session=${session}`, { failRate })
    for (let rate = 1; rate <= 100; rate += 1) {
      assert.equal((await put(rate)).status, 200)
      assert.equal((await put(rate)).status, rate < 100 ? 200 : 409, 'what changes nothing takes no place')
    }
    assert.equal((await call('GET', `/chaos/fail-rate?session=${session}`)).body.failRate, 100)
    await call('POST', `/chaos/reset?session=${session}`)
    assert.equal((await put(7)).status, 200)
  })

  test('outages that change faster than any clock tells', async () => {
    for (const availability of [1e-300, 0, 0.009, 99.991, 100, -1]) {
      const { status, body } = await call('PATCH', '/chaos', { outage: { availability, meanLength: '10ms' } })
      assert.equal(status, 422)
      assert.equal(body.errors[0].pointer, '/outage/availability')
    }
  })

  test('a body that nests without end', async () => {
    const deep = `${'{"capacity":'.repeat(4_000)}1${'}'.repeat(4_000)}`
    assert.equal((await call('PATCH', '/chaos', deep)).status, 422)
    const list = `{"rules":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    assert.equal((await call('PATCH', '/chaos', list)).status, 422)
  })

  test('methods that a path does not have', async () => {
    const answer = await call('POST', '/chaos/fail-rate', {})
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.get('Allow'), 'GET, HEAD, PUT, OPTIONS')
    assert.equal((await call('GET', '/chaos/nothing')).status, 404)
  })
})
