/**
 * `chaos diff` of one system with itself: hardly ever a clear difference, and one pair of twenty is said to be unusual. All is
 * seeded: a run of this test is like another.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runDifferences } from '../../../cli/report/stats/run-differences.ts'
import { simulate } from '../../../cli/simulate/simulate.ts'
import { experimentSchema } from '../../../server/experiments/spec.ts'
import { coverageCases } from './coverage.ts'

const RUNS = 12
/** Each is compared with so many after it. */
const PARTNERS = 4
const DAYS = 199
const KINDS = ['coin flips', 'flapping', 'random outages']

for (const [name, { input, world }] of Object.entries(coverageCases(300))) {
  if (!KINDS.includes(name)) continue
  test(name, { timeout: 600_000 }, async t => {
    const results = []
    for (let run = 0; run < RUNS; run++) {
      const seed = `run-${run}`
      const today = { ...world, seed, settings: { ...world.settings, seed } }
      const result = await simulate(experimentSchema.parse({ ...input, seed }), today, { days: DAYS })
      results.push({ name: seed, result })
    }
    let [all, clear, outside] = [0, 0, 0]
    for (const [index, before] of results.entries()) {
      for (const after of results.slice(index + 1, index + 1 + PARTNERS)) {
        for (const { usefulPoints, wastedCalls } of runDifferences(before, after)) {
          for (const span of [usefulPoints, wastedCalls]) {
            assert.ok(span?.days)
            const [low, high] = span.days
            all++
            if (span.clear) clear++
            if (span.value < low || span.value > high) outside++
          }
        }
      }
    }
    const [clearPercent, outsidePercent] = [(100 * clear) / all, (100 * outside) / all]
    t.diagnostic(`clear: ${clearPercent.toFixed(1)} % of ${all}; called unusual: ${outsidePercent.toFixed(1)} %`)
    assert.ok(clearPercent <= 5, `${clearPercent} %`)
    assert.ok(outsidePercent <= 10, `${outsidePercent} %`)
  })
}
