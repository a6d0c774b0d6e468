/** Percentiles against exact sorting. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Histogram } from '../../../cli/load/histogram.ts'

const latencies = fc.array(fc.double({ min: 0, max: 4_000_000, noNaN: true }), { minLength: 1, maxLength: 400 })
const near = (measured: number, exact: number) => Math.abs(measured - exact) <= exact / 1_000 + 0.001

describe('Histogram', () => {
  it('knows every quantile to a thousandth of its value', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const histogram = new Histogram()
        for (const value of values) histogram.record(value)
        const sorted = [...values].sort((a, b) => a - b)
        const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1] ?? Number.NaN
        const measured = histogram.quantile(share) ?? Number.NaN
        assert.ok(near(measured, exact), `${measured} for ${exact}`)
      }),
    )
  })

  it('keeps every value in its buckets, and its sum with another histogram', () => {
    fc.assert(
      fc.property(latencies, latencies, (some, others) => {
        const [a, b, all] = [new Histogram(), new Histogram(), new Histogram()]
        for (const value of some) a.record(value)
        for (const value of others) b.record(value)
        for (const value of [...some, ...others]) all.record(value)
        a.add(b)
        assert.deepEqual(a.buckets(), all.buckets())
        assert.deepEqual(a.summary(), all.summary())
        const counted = a.buckets().reduce((sum, [, count]) => sum + count, 0)
        assert.equal(counted, some.length + others.length)
        const bounds = a.buckets().map(([upToMs]) => upToMs)
        assert.deepEqual(
          bounds,
          [...bounds].sort((x, y) => x - y),
        )
      }),
    )
  })

  it('says nothing without values', () => {
    assert.deepEqual(new Histogram().summary(), { count: 0, p50: null, p95: null, p99: null, max: null })
  })

  it('knows the largest value exactly, even one beyond its buckets', () => {
    const histogram = new Histogram()
    histogram.record(1.2345)
    histogram.record(9_000_000)
    assert.equal(histogram.summary().max, 9_000_000)
    assert.equal(histogram.count, 2)
  })

  it('takes a time below zero for zero', () => {
    const histogram = new Histogram()
    histogram.record(-0.2)
    assert.equal(histogram.quantile(0.5), 0)
  })
})
