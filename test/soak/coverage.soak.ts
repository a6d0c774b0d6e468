/**
 * The proof of the span for longer runs than those of `coverage.all.test.ts`: of fresh days 93 to 97 % fall into it with 1,000 and
 * with 3,000 requests, or as many as REQUESTS says.
 */

import { coverageCases, measureCoverage } from '../cli/simulate/coverage.ts'

const EXPERIMENTS = 30
const DAYS = 1_500

for (const requests of (process.env.REQUESTS ?? '1000,3000').split(',').map(Number)) {
  for (const [name, each] of Object.entries(coverageCases(requests))) {
    for (const { figure, byLot, withEdges } of await measureCoverage(each, EXPERIMENTS, DAYS)) {
      const holds = byLot >= 93 && byLot <= 97 && withEdges >= 93
      if (!holds) process.exitCode = 1
      const shares = `${byLot.toFixed(1)} % of days, ${withEdges.toFixed(1)} % with those on its edges`
      console.log(`${requests} requests, ${name}, ${figure}: ${shares}${holds ? '' : '  FAILED'}`)
    }
  }
}
