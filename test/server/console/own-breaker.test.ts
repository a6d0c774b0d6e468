/** The breaker of a phone: opens on failures, refuses, tests with one call, and closes or opens again. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { createOwnBreaker, OPEN_MS } from '../../../server/console/model/own-breaker.js'

function opened() {
  const breaker = createOwnBreaker()
  for (let call = 0; call < 4; call += 1) breaker.acquire(0)?.settle(false, 0)
  return breaker
}

suite('the breaker of a phone', () => {
  test('stays closed while less than half fails, or fewer than four calls ended', () => {
    const breaker = createOwnBreaker()
    for (let call = 0; call < 3; call += 1) breaker.acquire(0)?.settle(false, 0)
    assert.equal(breaker.state(0), 'closed')
    breaker.reset()
    for (let call = 0; call < 60; call += 1) breaker.acquire(0)?.settle(call % 3 < 2, 0)
    assert.equal(breaker.state(0), 'closed')
  })

  test('opens, refuses for five seconds, and lets one call through then', () => {
    const breaker = opened()
    assert.equal(breaker.state(OPEN_MS - 1), 'open')
    assert.equal(breaker.acquire(OPEN_MS - 1), null)
    assert.equal(breaker.waitMs(1_000), OPEN_MS - 1_000)
    const probe = breaker.acquire(OPEN_MS)
    assert.ok(probe)
    assert.equal(breaker.state(OPEN_MS), 'half-open')
    assert.equal(breaker.acquire(OPEN_MS), null)
    probe.settle(true, OPEN_MS + 1)
    assert.equal(breaker.state(OPEN_MS + 1), 'closed')
  })

  test('opens again after a test that failed, and hears no answers of before', () => {
    const breaker = opened()
    const probe = breaker.acquire(OPEN_MS)
    probe?.settle(false, OPEN_MS + 1)
    assert.equal(breaker.state(OPEN_MS + 1), 'open')
    probe?.settle(true, OPEN_MS + 2)
    assert.equal(breaker.state(OPEN_MS + 2), 'open')
    breaker.reset()
    assert.equal(breaker.state(OPEN_MS + 2), 'closed')
  })

  test('always comes back to closed when calls are answered again', () => {
    const step = fc.record({ ms: fc.nat(8_000), answered: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const breaker = createOwnBreaker()
        let now = 0
        for (const { ms, answered } of steps) {
          now += ms
          breaker.acquire(now)?.settle(answered, now)
        }
        for (let call = 0; call < 10; call += 1) {
          now += OPEN_MS
          breaker.acquire(now)?.settle(true, now)
        }
        assert.equal(breaker.state(now), 'closed')
      }),
    )
  })
})
