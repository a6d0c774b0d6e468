/** The small parts of the failure model: delays, token buckets, rules, words of explanation. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Plan } from '../../../server/chaos/decision/compiled-settings.ts'
import { decide } from '../../../server/chaos/decision/decide.ts'
import { CALM, explain } from '../../../server/chaos/decision/decision.ts'
import { delayOf, normalQuantile } from '../../../server/chaos/decision/latency.ts'
import { Memory } from '../../../server/chaos/decision/rule-state.ts'
import { Bucket } from '../../../server/chaos/decision/token-bucket.ts'
import { isHeard } from '../../../server/chaos/inject/forced.ts'
import { readSignals, type Signals } from '../../../server/chaos/inject/headers.ts'
import { marker } from '../../../server/chaos/marker.ts'
import { readPatch } from '../../../server/chaos/settings/patch.ts'
import { defaultSettings, latencySchema } from '../../../server/chaos/settings/schema.ts'
import { PEER, visitOf } from '../../support/visit.ts'

fc.configureGlobal({ seed: 42 })

suite('latency', () => {
  const lognormal = latencySchema.parse({ distribution: 'lognormal', p50: '40ms', p99: '400ms' })

  test('lognormal has the percentiles that it was given', () => {
    const delay = delayOf(lognormal)
    assert.ok(Math.abs(delay(0.5) - 40) < 1e-6)
    assert.ok(Math.abs(delay(0.99) - 400) < 1e-4)
  })

  test('every distribution grows with the draw and never passes its cap', () => {
    const draws = fc.integer({ min: 0, max: 0xffffffff }).map(state => state / 0x1_0000_0000)
    const latencies = [
      lognormal,
      latencySchema.parse({ distribution: 'lognormal', p50: '1s', p99: '50s', cap: '30s' }),
      latencySchema.parse({ distribution: 'uniform', min: '5ms', max: '60s', cap: '10s' }),
      latencySchema.parse({ distribution: 'fixed', delay: '2s', cap: '1s' }),
      latencySchema.parse({ distribution: 'lognormal', p50: '3s', p99: '3s' }),
    ]
    for (const latency of latencies) {
      const delay = delayOf(latency)
      fc.assert(
        fc.property(draws, draws, (a, b) => {
          const [low, high] = [delay(Math.min(a, b)), delay(Math.max(a, b))]
          assert.ok(low <= high + 1e-9 && low >= 0 && high <= 60_000)
        }),
      )
    }
  })

  // Known to more digits than the approximation promises.
  const quantiles: [number, number][] = [
    [0.5, 0],
    [0.001, -3.090232306167813],
    [0.01, -2.3263478740408408],
    [0.1, -1.2815515655446004],
    [0.9, 1.2815515655446004],
    [0.975, 1.959963984540054],
    [0.999, 3.090232306167813],
  ]
  for (const [p, z] of quantiles) {
    test(`the normal quantile of ${p} is ${z}`, () => {
      assert.ok(Math.abs(normalQuantile(p) - z) < 1e-8)
    })
  }

  test('a draw of 0 has a delay too', () => {
    assert.ok(Number.isFinite(delayOf(lognormal)(0)))
  })
})

suite('a token bucket', () => {
  test('lets the burst pass, then the rate', () => {
    const bucket = new Bucket({ limit: 10, perMs: 1_000, burst: 3 })
    const taken = (now: number) => bucket.take('a', now).taken
    assert.deepEqual([taken(0), taken(0), taken(0), taken(0)], [true, true, true, false])
    assert.deepEqual([taken(99), taken(100), taken(100), taken(250), taken(300)], [false, true, false, true, true])
  })

  test('says how long to wait, and who did not', () => {
    const bucket = new Bucket({ limit: 2, perMs: 1_000, burst: 1 })
    assert.deepEqual(bucket.take('a', 0), {
      taken: true,
      remaining: 0,
      waitMs: 0,
      limit: 2,
      periodS: 1,
      impolite: false,
    })
    assert.deepEqual(
      [bucket.take('a', 100), bucket.take('a', 200), bucket.take('b', 300)].map(({ waitMs, impolite }) => [
        Math.round(waitMs),
        impolite,
      ]),
      [
        [400, false],
        [300, true],
        [200, false],
      ],
    )
    assert.deepEqual([bucket.take('a', 500).taken, bucket.take('a', 500).impolite], [true, false])
  })

  test('never lets more pass than burst + rate x time, and with enough demand no less', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat(200), { minLength: 1, maxLength: 300 }),
        (limit, burst, gaps) => {
          const bucket = new Bucket({ limit, perMs: 1_000, burst })
          let now = 0
          let passed = 0
          for (const gap of gaps) {
            now += gap
            while (bucket.take('a', now).taken) passed += 1
            const due = burst + (limit * now) / 1_000
            assert.ok(passed <= due + 1e-6)
          }
          assert.ok(passed >= burst)
        },
      ),
    )
  })

  test('remembers a bounded number of clients', () => {
    const bucket = new Bucket({ limit: 1, perMs: 60_000, burst: 1 })
    for (let i = 0; i < 5_000; i += 1) bucket.take(`client-${i}`, 1)
    assert.equal(bucket.take('client-4999', 2).impolite, true)
    assert.equal(bucket.take('client-0', 2).impolite, false)
  })
})

suite('rules', () => {
  const planOf = (rules: unknown[], memory = new Memory()) => {
    const defaults = defaultSettings('42')
    return new Plan({ ...defaults, ...readPatch({ rules, failRate: 0 }, defaults).values }, memory)
  }
  const ruleFor = (plan: Plan, visit: Parameters<typeof visitOf>[0], headers = {}) =>
    decide(plan, null, visitOf(visit), { ...PEER, headers }, 0).rule

  test('the first that matches decides, failRate is the last', () => {
    const plan = planOf([
      { id: 'code', match: { code: ['a', 'b'] } },
      { id: 'route', match: { route: ['/catalogs'] } },
      { id: 'session', match: { session: ['lab'], code: ['c'] } },
      { id: 'header', match: { header: { 'X-Tenant': 'acme', 'X-Any': '*' } } },
    ])
    assert.equal(ruleFor(plan, { code: 'a' }), 'code')
    assert.equal(ruleFor(plan, { code: '', route: '/catalogs' }), 'route')
    assert.equal(ruleFor(plan, { code: 'c', session: 'lab' }), 'session')
    assert.equal(ruleFor(plan, { code: 'c' }), 'failRate')
    assert.equal(ruleFor(plan, { code: 'd' }, { 'x-tenant': 'acme', 'x-any': 'thing' }), 'header')
    assert.equal(ruleFor(plan, { code: 'd' }, { 'x-tenant': 'acme' }), 'failRate')
    assert.equal(ruleFor(plan, { code: 'd' }, { 'x-tenant': 'Acme', 'x-any': '' }), 'failRate')
    const inherited = planOf([{ id: 'inherited', match: { header: { constructor: '*' } } }])
    assert.equal(ruleFor(inherited, {}), 'failRate', 'a header is what was sent')
  })

  test('first n and every nth count what they match, and let the others go on', () => {
    const plan = planOf([
      { id: 'first', match: { code: ['a'] }, limit: { first: 2 } },
      { id: 'every', limit: { every: 3 } },
    ])
    const seen = ['a', 'b', 'a', 'a', 'a', 'b', 'b'].map(code => ruleFor(plan, { code }))
    assert.deepEqual(seen, ['first', 'failRate', 'first', 'failRate', 'every', 'failRate', 'failRate'])
  })

  test('counts outlive a change of other settings, and a copy of the memory leaves them alone', () => {
    const memory = new Memory()
    const rules = [{ id: 'first', limit: { first: 2 } }]
    ruleFor(planOf(rules, memory), {})
    const copy = planOf(rules, memory.copy())
    assert.deepEqual([ruleFor(copy, {}), ruleFor(copy, {})], ['first', 'failRate'])
    const again = planOf(rules, memory)
    assert.deepEqual([ruleFor(again, {}), ruleFor(again, {})], ['first', 'failRate'])
    assert.equal(ruleFor(planOf([{ id: 'first', limit: { first: 3 } }], memory), {}), 'first')
  })

  test('a rule has its own rate and kinds, or those of the document', () => {
    const defaults = defaultSettings('42')
    const rules = [
      { id: 'own', match: { code: ['a'] }, faults: [{ kind: 'reset' }] },
      { id: 'never', match: { code: ['b'] }, rate: 0 },
      { id: 'theirs', match: { code: ['c'] } },
    ]
    const faults = [{ kind: 'empty' }]
    const plan = new Plan(
      { ...defaults, ...readPatch({ rules, faults, failRate: 100 }, defaults).values },
      new Memory(),
    )
    const kindFor = (code: string) => decide(plan, null, visitOf({ code }), PEER, 0).fault?.kind
    assert.deepEqual(['a', 'b', 'c', 'd'].map(kindFor), ['reset', undefined, 'empty', 'empty'])
  })
})

suite('words', () => {
  test('an explanation says what, which rule, and the figures', () => {
    const reset = { kind: 'reset' as const, weight: 1 }
    const cases: [Parameters<typeof explain>[0], string, string][] = [
      [CALM, 'served: failRate is 0 %, so nothing was drawn', 'none; rate=0; draw=0.99'],
      [
        { ...CALM, rate: 70, draw: 0.1234567, fault: reset },
        'reset: draw 12.3457 is below the rate 70 of failRate',
        'reset; rate=70; draw=0.12',
      ],
      [
        { ...CALM, rate: 70, draw: 0.75 },
        'served: draw 75 is not below the rate 70 of failRate',
        'none; rate=70; draw=0.75',
      ],
      [
        { ...CALM, rule: 'poison', rate: 100, draw: 0.5, fault: reset },
        'reset: draw 50 is below the rate 100 of rule "poison"',
        'reset; rule=poison; rate=100; draw=0.50',
      ],
      [
        { ...CALM, cause: 'outage', rule: 'a declared outage', fault: reset },
        'reset: every request fails during a declared outage',
        'reset; outage',
      ],
    ]
    for (const [fate, why, header] of cases) {
      assert.equal(explain(fate), why)
      assert.equal(marker(fate), header)
    }
  })
})

suite('signals', () => {
  const read = (...headers: string[]): Signals => {
    const signals = { session: 'old', key: 'old', attempt: 9, forced: true }
    readSignals(headers, signals)
    return signals
  }
  const NONE: Signals = { session: '', key: null, attempt: 0, forced: false }
  const cases: [string, string[], Partial<Signals>][] = [
    ['nothing', ['Host', 'x', 'User-Agent', 'y'], {}],
    [
      'session, key and attempt, in any case',
      ['x-CHAOS-session', 's', 'X-Chaos-Key', 'k', 'X-Chaos-Attempt', '2'],
      { session: 's', key: 'k', attempt: 2 },
    ],
    ['an empty key', ['X-Chaos-Key', ''], {}],
    ['a long key', ['X-Chaos-Key', 'k'.repeat(500)], { key: 'k'.repeat(128) }],
    ['attempts that are none', ['X-Chaos-Attempt', '-1'], {}],
    ['an attempt that is a fraction', ['X-Chaos-Attempt', '1.5'], {}],
    ['an attempt without end', ['X-Chaos-Attempt', '1e9'], {}],
    ['a forced fault', ['X-Chaos-Force', 'reset'], { forced: true }],
    ['Envoy', ['x-envoy-fault-abort-request', '503'], { forced: true }],
    ['relatives', ['X-Chaos-Keys', 'k', 'X-Chaos-Sessio', 's', 'XX-Chaos-Key', 'k'], {}],
  ]
  for (const [name, headers, expected] of cases) {
    test(name, () => assert.deepEqual(read(...headers), { ...NONE, ...expected }))
  }
})

suite('a forced fault is heard', () => {
  const here = { headers: {}, socket: { remoteAddress: '127.0.0.1' } }
  for (const [address, expected] of [
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['128.0.0.1', false],
    [undefined, false],
  ] as const) {
    test(`${expected ? '' : 'not '}from ${address}`, () =>
      assert.equal(isHeard({ ...here, socket: { remoteAddress: address } }), expected))
  }
  for (const [who, headers, expected] of [
    [
      'a page of this server',
      { host: 'localhost:1', origin: 'http://localhost:1', 'sec-fetch-site': 'same-origin' },
      true,
    ],
    ['the address bar', { 'sec-fetch-site': 'none' }, true],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, false],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }, false],
    ['another origin', { host: 'localhost:1', origin: 'http://localhost:2' }, false],
    ['behind a proxy', { 'x-forwarded-for': '10.0.0.7' }, false],
    ['behind a proxy that keeps the standard', { forwarded: 'for=10.0.0.7' }, false],
    ['behind a cache', { via: '1.1 cache' }, false],
  ] as const) {
    test(`${expected ? '' : 'not '}from ${who}`, () => assert.equal(isHeard({ ...here, headers }), expected))
  }
})
