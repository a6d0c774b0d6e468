/** Token buckets: what passes, what waits, and who did not. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { TokenBucket } from '../../../../server/chaos/decision/token-bucket.ts'

fc.configureGlobal({ seed: 42 })

suite('a token bucket', () => {
  test('lets the burst pass, then the rate', () => {
    const bucket = new TokenBucket({ limit: 10, perMs: 1_000, burst: 3 })
    const taken = (now: number) => bucket.take('a', now).taken
    assert.deepEqual([taken(0), taken(0), taken(0), taken(0)], [true, true, true, false])
    assert.deepEqual([taken(99), taken(100), taken(100), taken(250), taken(300)], [false, true, false, true, true])
  })

  test('says how long to wait, and who did not', () => {
    const bucket = new TokenBucket({ limit: 2, perMs: 1_000, burst: 1 })
    assert.deepEqual(bucket.take('a', 0), {
      taken: true,
      remaining: 0,
      waitMs: 500,
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

  test('tells its rate over whole seconds', () => {
    for (const [limit, perMs, ...expected] of [
      [10, 1_000, 10, 1],
      [10, 100, 100, 1],
      [10, 1_500, 20, 3],
      [1, 60_000, 1, 60],
      [3, 7, 3_000, 7],
      [1, 3_600_000, 1, 3_600],
    ] as const) {
      const told = new TokenBucket({ limit, perMs, burst: 1 }).take('a', 0)
      assert.deepEqual([told.limit, told.periodS], expected)
    }
  })

  test('never says that there are none left and none to wait for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.nat(400), { minLength: 1, maxLength: 60 }),
        (limit, perMs, gaps) => {
          const bucket = new TokenBucket({ limit, perMs, burst: 2 })
          let now = 0
          for (const gap of gaps) {
            now += gap
            const { remaining, waitMs } = bucket.take('a', now)
            assert.equal(waitMs === 0, remaining > 0)
            const later = bucket.copy()
            if (remaining === 0) assert.equal(later.take('b', now + waitMs).taken, true)
          }
        },
      ),
    )
  })

  test('never lets more pass than burst + rate x time, and with enough demand no less', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat(200), { minLength: 1, maxLength: 300 }),
        (limit, burst, gaps) => {
          const bucket = new TokenBucket({ limit, perMs: 1_000, burst })
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
    const bucket = new TokenBucket({ limit: 1, perMs: 60_000, burst: 1 })
    for (let i = 0; i < 5_000; i += 1) bucket.take(`client-${i}`, 1)
    assert.equal(bucket.take('client-4999', 2).impolite, true)
    assert.equal(bucket.take('client-0', 2).impolite, false)
  })
})
