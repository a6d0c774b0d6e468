/** The proof of the span: of fresh days, in a world that differs from that of the replicates, 95 % fall into it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverageCases, measureCoverage } from './coverage.ts'

const REQUESTS = 300
/** A standard error of 0.5 %: what lies outside of 93 to 97 % is no luck. */
const EXPERIMENTS = 40
const DAYS = 2_500

for (const [name, each] of Object.entries(coverageCases(REQUESTS))) {
  test(name, { timeout: 600_000 }, async t => {
    for (const { figure, byLot, withEdges } of await measureCoverage(each, EXPERIMENTS, DAYS)) {
      t.diagnostic(`${figure}: ${byLot.toFixed(1)} % of days, ${withEdges.toFixed(1)} % with those on its edges`)
      assert.ok(byLot >= 93 && byLot <= 97, `${figure}: ${byLot} %`)
      assert.ok(withEdges >= 93, `${figure}: ${withEdges} %`)
    }
  })
}
