/** Random outages: their share of time, their length, and the same for everybody. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { streamSeed } from '../../../../server/chaos/decision/draw.ts'
import { RandomOutages } from '../../../../server/chaos/decision/random-outages.ts'

fc.configureGlobal({ seed: 42 })

const process = (seed: string, availability = 90, mean = 6_000) =>
  new RandomOutages(streamSeed(seed, 'outage'), availability, mean)

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

  test('is up at 0 and before', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      assert.equal(process(String(seed)).at(0), null)
      assert.equal(process(String(seed)).at(-5_000), null)
    }
  })
})
