/** Delays by distribution: percentiles, caps and the normal quantile. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { compileLatency, normalQuantile } from '../../../../server/chaos/decision/latency.ts'
import { latencySchema } from '../../../../server/chaos/settings/schema.ts'

fc.configureGlobal({ seed: 42 })

suite('latency', () => {
  const lognormal = latencySchema.parse({ distribution: 'lognormal', p50: '40ms', p99: '400ms' })

  test('lognormal has the percentiles that it was given', () => {
    const delay = compileLatency(lognormal)
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
      const delay = compileLatency(latency)
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
    assert.ok(Number.isFinite(compileLatency(lognormal)(0)))
  })
})
