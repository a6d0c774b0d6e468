/** Random outages: their share of time, their length, and the same for everybody. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { drawNumber, streamSeed } from '../../../../server/chaos/decision/draw.ts'
import { RandomOutages } from '../../../../server/chaos/decision/random-outages.ts'

fc.configureGlobal({ seed: 42 })

function process(seed: string, availability = 90, mean = 6_000): RandomOutages {
  const stream = streamSeed(seed, 'outage')
  return new RandomOutages((index, block) => drawNumber(stream, index, block), availability, mean)
}

suite('random outages', () => {
  for (const [availability, mean] of [
    [90, 6_000],
    [50, 1_000],
    [99, 500],
    [10, 2_000],
  ] as const) {
    test(`is up ${availability} % of the time, in outages of ${mean} ms on average`, () => {
      const outages = process('42', availability, mean)
      let down = 0
      let count = 0
      const periods = 3_000
      const end = (periods * mean * 100) / (100 - availability)
      for (let at = 0; at < end; ) {
        const outage = outages.at(at)
        if (outage) {
          down += outage.toMs - outage.fromMs
          count += 1
          at = outage.toMs
        } else at += mean / 50
      }
      assert.ok(Math.abs(down / end - (1 - availability / 100)) < 0.1 * (1 - availability / 100), `${down / end}`)
      assert.ok(Math.abs(down / count - mean) < 0.1 * mean, `${down / count} ms`)
    })
  }

  test('is the same whenever and in whatever order it is asked', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.double({ min: -1_000, max: 200_000, noNaN: true })), (seed, moments) => {
        const asked = process(seed)
        for (const at of moments) assert.deepEqual(asked.at(at), process(seed).at(at))
      }),
    )
  })

  test('has a copy that goes its own way, and need not begin at 0', () => {
    const outages = process('42', 50, 100)
    outages.at(50_000)
    const copy = outages.copy()
    for (let at = 90_000; at > 40_000; at -= 777) assert.deepEqual(copy.at(at), process('42', 50, 100).at(at))
    assert.deepEqual(outages.at(50_001), process('42', 50, 100).at(50_001))
  })

  test('costs the same a day and ten years away, forwards and back', () => {
    const stream = streamSeed('42', 'outage')
    for (const [availability, mean] of [
      [0.01, 10],
      [50, 10],
      [99.99, 3_600_000],
    ] as const) {
      let draws = 0
      const counted = (index: number, block: number) => {
        draws += 1
        return drawNumber(stream, index, block)
      }
      const outages = new RandomOutages(counted, availability, mean)
      for (const atMs of [86_400_000, 3e11, 86_400_000, 0, 12_345]) {
        draws = 0
        const period = outages.at(atMs)
        assert.ok(draws < 1_300, `${draws} draws for the moment ${atMs}`)
        assert.ok(period === null || (period.fromMs <= atMs && period.toMs > atMs))
      }
    }
  })

  test('is as it is said to be also where a block ends and the next begins', () => {
    const outages = process('42', 50, 10)
    for (let block = 1; block < 2_000; block += 1) {
      for (const atMs of [block * 10_240 - 1e-6, block * 10_240, block * 10_240 + 1e-6]) {
        const period = outages.at(atMs)
        assert.ok(
          period === null || (period.fromMs <= atMs && period.toMs > atMs && period.toMs <= (block + 1) * 10_240),
        )
      }
    }
  })

  test('is up at 0 and before', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      assert.equal(process(String(seed)).at(0), null)
      assert.equal(process(String(seed)).at(-5_000), null)
    }
  })
})
